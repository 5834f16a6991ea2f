// Hands over everything a page is told: each frame of the gateway, and the head and body of each answer.
(() => {
  const NativeSocket = window.WebSocket;
  window.WebSocket = class extends NativeSocket {
    constructor(...args) {
      super(...args);
      this.addEventListener('message', ({ data }) => void window.__told(data));
    }
  };
  const nativeFetch = window.fetch;
  window.fetch = async (...args) => {
    const answer = await nativeFetch(...args);
    const body = await answer.clone().text();
    void window.__told(JSON.stringify([...answer.headers]) + body);
    return answer;
  };
})();
