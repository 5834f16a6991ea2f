// Runs in the page before its own scripts: how long it took until one can write, how even the frames come, how long a channel takes to open.
(() => {
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const composer = () => document.querySelector('textarea[aria-label^="Message #"]');
  const row = (channel) => document.querySelector(`[role=region][aria-label="Messages in ${channel}"] [data-key]`);
  const isSent = (entry) => entry.initiatorType !== 'fetch' && /\.(js|css)$/.test(new URL(entry.name).pathname);

  /** When the composer was there, in milliseconds since the navigation. */
  const writable = (async () => {
    while (!composer() || composer().disabled) await frame();
    return performance.now();
  })();

  /** The bytes of scripts and styles that have come, as they were sent. */
  function sent() {
    const found = { js: 0, css: 0 };
    for (const entry of performance.getEntriesByType('resource').filter(isSent)) {
      found[entry.name.endsWith('.js') ? 'js' : 'css'] += entry.encodedBodySize;
    }
    return found;
  }

  /** Frames and long tasks until `stop` is called. */
  function watchFrames() {
    const deltas = [];
    const long = [];
    let last = performance.now();
    let going = true;
    const observer = new PerformanceObserver((list) => long.push(...list.getEntries().map((entry) => entry.duration)));
    observer.observe({ entryTypes: ['longtask'] });
    const step = (now) => {
      deltas.push(now - last);
      last = now;
      if (going) requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
    window.__page.stop = () => {
      going = false;
      observer.disconnect();
      return { frames_ms: deltas.slice(1), long_ms: long };
    };
  }

  /** Awaits the next click: milliseconds from it until a frame with a message of that channel has been drawn. */
  function opening(channel) {
    const opened = new Promise((resolve) => {
      const onClick = async (event) => {
        while (!row(channel)) await frame();
        await frame(); // the one in which the row was found has been drawn
        resolve(performance.now() - event.timeStamp);
      };
      document.addEventListener('click', onClick, { capture: true, once: true });
    });
    window.__page.opened = () => opened;
  }

  window.__page = { writable: () => writable, sent, watchFrames, opening };
})();
