// What a reader sees of the message list: the first row in view and how far it is from the top of the view.
(() => {
  const view = () =>
    document.querySelector('[role=region][aria-label^="Messages in"]');
  const rows = () => [...view().querySelectorAll("[data-key]")];
  const frames = (count) =>
    new Promise((resolve) => {
      const step = (left) =>
        left === 0 ? resolve() : requestAnimationFrame(() => step(left - 1));
      step(count);
    });

  window.__reading = {
    view,
    rows: () => rows().length,
    /** The first row in view. */
    anchor() {
      const top = view().getBoundingClientRect().top;
      const row = rows().find(
        (each) => each.getBoundingClientRect().bottom > top,
      );
      return (
        row && {
          key: row.dataset.key,
          top: row.getBoundingClientRect().top - top,
        }
      );
    },
    /** How far a row is from the top of the view; null when it is not in the page. */
    topOf(key) {
      const row = rows().find((each) => each.dataset.key === key);
      return row
        ? row.getBoundingClientRect().top - view().getBoundingClientRect().top
        : null;
    },
    async scrollBy(pixels) {
      view().scrollTop += pixels;
      await frames(3);
    },
    isAtEnd: () =>
      view().scrollHeight - view().scrollTop - view().clientHeight < 50,
    height: () => view().scrollHeight,
    /** The rows in the page, those far above and below what is seen included. */
    keys: () => rows().map((row) => row.dataset.key),
    settled: () => frames(3),

    /** Collects the time between frames and the long tasks of the page until `stop` is called. */
    watchFrames() {
      const deltas = [];
      const long = [];
      let last = performance.now();
      let going = true;
      const observer = new PerformanceObserver((list) =>
        long.push(...list.getEntries().map((e) => e.duration)),
      );
      observer.observe({ entryTypes: ["longtask"] });
      const step = (now) => {
        deltas.push(now - last);
        last = now;
        if (going) requestAnimationFrame(step);
      };
      requestAnimationFrame(step);
      this.stop = () => {
        going = false;
        observer.disconnect();
        return { deltas: deltas.slice(1), long };
      };
    },
  };
})();
