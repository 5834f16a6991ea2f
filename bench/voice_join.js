// Runs in the page before its own scripts: times from `voice.join` to the first sound packet that comes in, and to a green voice bar.
(() => {
  const TIMEOUT_MS = 20_000;
  const connections = [];
  let join;
  let joined = new Promise((resolve) => (join = resolve));
  let since = null; // of the join under way: when the first packet and the green bar came, 0 for not yet

  function tooLong() {
    return new Promise((_, reject) =>
      setTimeout(() => {
        const bar = document.querySelector('[role=status][data-state]')?.dataset.state ?? 'no voice bar';
        const states = connections.map((one) => one.connectionState).join(', ') || 'no connection';
        reject(new Error(`joining took more than ${TIMEOUT_MS} ms: ${JSON.stringify(since)}; ${bar}; ${states}`));
      }, TIMEOUT_MS),
    );
  }

  // The milliseconds of the next join, or of the one under way; each is told once.
  window.__voiceJoin = async () => {
    const found = await Promise.race([joined, tooLong()]);
    joined = new Promise((resolve) => (join = resolve));
    return found;
  };

  window.RTCPeerConnection = class extends window.RTCPeerConnection {
    constructor(...settings) {
      super(...settings);
      connections.push(this);
    }
  };

  // Statistics are cached for 50 ms by browsers; the sources of a receiver are not, but know only what was played.
  function played() {
    return connections.some((one) => one.getReceivers().some((receiver) => receiver.getSynchronizationSources().length > 0));
  }

  async function received() {
    for (const one of connections) {
      for (const report of (await one.getStats()).values()) {
        if (report.type === 'inbound-rtp' && report.packetsReceived > 0) return true;
      }
    }
    return false;
  }

  const isGreen = () => document.querySelector('[role=status][data-state=connected]') !== null;

  async function watch() {
    const joinedAt = performance.now();
    since = { packet: 0, green: 0 };
    while (!since.packet || !since.green) {
      if (!since.packet && (played() || (await received()))) since.packet = performance.now() - joinedAt;
      if (!since.green && isGreen()) since.green = performance.now() - joinedAt;
      await new Promise((resume) => setTimeout(resume, 4));
    }
    const found = since;
    since = null;
    return found;
  }

  // The page says `voice.join` also when its socket has come back in a call (then with a token), or when the answer has not come:
  // that is no join to be timed, and the connections are those of before.
  const isFresh = (data) => data.includes('"voice.join"') && !data.includes('"resume_token"') && since === null;

  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (data) {
    if (typeof data === 'string' && isFresh(data)) {
      connections.length = 0;
      join(watch());
    }
    return send.call(this, data);
  };
})();
