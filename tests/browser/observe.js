// What the tests see of a page from outside the client: every RTCPeerConnection, every captured track, every AudioContext, what the
// gateway sends, and who is shown as online.
(() => {
  const connections = [];
  const tracks = [];
  const Native = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Native {
    constructor(...args) {
      super(...args);
      connections.push(this);
    }

    setLocalDescription(...args) {
      described += 1;
      return super.setLocalDescription(...args);
    }
  };
  let described = 0;
  const capture = navigator.mediaDevices?.getUserMedia?.bind(navigator.mediaDevices);
  if (capture) {
    navigator.mediaDevices.getUserMedia = async (constraints) => {
      const stream = await capture(constraints);
      tracks.push(...stream.getTracks());
      return stream;
    };
  }
  const clone = MediaStreamTrack.prototype.clone;
  MediaStreamTrack.prototype.clone = function () {
    const copy = clone.call(this);
    if (tracks.includes(this)) tracks.push(copy); // a copy keeps the microphone on as well
    return copy;
  };
  const notes = []; // every oscillator of a context that runs, with its pitch and the speaker its context goes to
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (...args) {
    const { context, frequency } = this;
    notes.push({ hertz: Math.round(frequency.value), state: context.state, speaker: context.sinkId ?? '' });
    return start.apply(this, args);
  };
  const contexts = [];
  const NativeContext = window.AudioContext;
  window.AudioContext = class extends NativeContext {
    constructor(...args) {
      super(...args);
      contexts.push(this);
    }
  };
  const heard = new Set();
  const offered = new Set(); // kinds of the candidates that others have sent, alone and in descriptions
  const note = ({ kind, data }) => {
    const texts = kind === 'candidates' ? data.candidates.map(({ candidate }) => candidate) : [data.sdp ?? ''];
    for (const text of texts) for (const [, type] of text.matchAll(/candidate:[^\r\n]* typ (\w+)/g)) offered.add(type);
  };
  const NativeSocket = window.WebSocket;
  window.WebSocket = class extends NativeSocket {
    constructor(...args) {
      super(...args);
      this.addEventListener('message', ({ data }) => {
        const { op, t, d } = JSON.parse(data);
        if (t === 'voice.signal') note(d);
        if (op === 'hello') heard.clear();
        heard.add(t ?? op);
        document.documentElement.dataset.heard = [...heard].join(' '); // where a test can wait for it
      });
    }
  };
  const shownOnline = () =>
    [...document.querySelectorAll('[data-presence="online"]')].map((one) => one.getAttribute('title'));
  async function inbound() {
    const found = [];
    for (const [number, connection] of connections.entries()) {
      if (connection.connectionState === 'closed') continue;
      const stats = await connection.getStats();
      for (const report of stats.values()) {
        if (report.type === 'inbound-rtp' && report.kind === 'audio') {
          const id = `${number} ${report.id}`;
          found.push({ id, packets: report.packetsReceived ?? 0, energy: report.totalAudioEnergy ?? 0 });
        }
      }
    }
    return found;
  }
  window.__observed = {
    // The notes struck since this was last asked.
    notes: () => notes.splice(0),
    openConnections: () => connections.filter((one) => one.connectionState !== 'closed').length,
    openContexts: () => contexts.filter((one) => one.state !== 'closed').length,
    captured: () => tracks.length,
    liveTracks: () => tracks.filter((one) => one.readyState === 'live').length,
    // How many times this page has described a connection, which an exchanged track must not need.
    described: () => described,
    // The names of the microphones that are sent.
    sentFrom: () => [
      ...new Set(connections.flatMap((one) => one.getSenders().map(({ track }) => track?.label ?? 'none'))),
    ],
    // What a browser does when a microphone is pulled out.
    unplug: () => {
      for (const track of tracks.filter((one) => one.readyState === 'live')) {
        track.stop();
        track.dispatchEvent(new Event('ended'));
      }
    },
    // Those to whom sound is sent, not silence.
    speakingTo: () =>
      connections
        .filter((one) => one.connectionState === 'connected')
        .filter((one) => one.getSenders().some(({ track }) => track?.readyState === 'live' && track.enabled)).length,
    // Every connection goes on, and sends no packet of sound any more.
    stopSending: async () => {
      for (const connection of connections) {
        for (const sender of connection.getSenders()) {
          const parameters = sender.getParameters();
          for (const encoding of parameters.encodings) encoding.active = false;
          await sender.setParameters(parameters);
        }
      }
    },
    energy: async () => (await inbound()).reduce((sum, one) => sum + one.energy, 0),
    packets: async () => (await inbound()).reduce((sum, one) => sum + one.packets, 0),
    // The loudest 20 ms (root mean square) of what leaves the audio elements within the next two and a half seconds, in which the
    // test tone is on for one at least: before the speaker, after every volume.
    outputLevel: async () => {
      const context = new AudioContext();
      await context.resume();
      const outputs = [...document.querySelectorAll('audio')].map((element) => {
        const analyser = new AnalyserNode(context, { fftSize: 1024 });
        context.createMediaStreamSource(element.srcObject).connect(analyser);
        return { element, analyser, samples: new Float32Array(analyser.fftSize) };
      });
      let loudest = 0;
      const until = performance.now() + 2500;
      while (performance.now() < until) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        for (const { element, analyser, samples } of outputs) {
          analyser.getFloatTimeDomainData(samples);
          const power = samples.reduce((sum, one) => sum + one * one, 0) / samples.length;
          const audible = element.muted || element.paused ? 0 : element.volume;
          loudest = Math.max(loudest, audible * Math.sqrt(power));
        }
      }
      await context.close();
      return loudest;
    },
    sounding: () => [...document.querySelectorAll('audio')].filter((one) => !one.muted && !one.paused).length,
    candidateTypes: async () => {
      const types = [];
      for (const connection of connections) {
        if (connection.connectionState !== 'connected') continue;
        const stats = await connection.getStats();
        for (const report of stats.values()) {
          if (report.type === 'candidate-pair' && report.nominated && report.state === 'succeeded') {
            types.push(stats.get(report.localCandidateId)?.candidateType);
          }
        }
      }
      return types;
    },
    // Kinds of candidates heard of from others since the last time this was asked.
    offeredCandidates: () => {
      const kinds = [...offered];
      offered.clear();
      return kinds;
    },
    // A page that does not do what it is told: whatever was captured is sent.
    openMicrophones: () => {
      for (const track of tracks) track.enabled = true;
      return tracks.length;
    },
    // The types of what was gathered, used or not.
    mayUseRelay: () =>
      connections.some((one) =>
        one.getConfiguration().iceServers.flatMap(({ urls }) => urls).some((url) => /^turns?:/.test(url)),
      ),
    // Whoever is shown as online now and for however short a time no longer is, until stopWatchingPresence() is called:
    // who, and whether presence had settled by then.
    watchPresence: () => {
      const watched = shownOnline();
      heard.clear();
      const lost = new Map();
      const observer = new MutationObserver(() => {
        const online = new Set(shownOnline());
        for (const who of watched)
          if (!online.has(who) && !lost.has(who)) lost.set(who, heard.has('presence.settled'));
      });
      observer.observe(document.body, { subtree: true, childList: true, attributes: true });
      window.__observed.stopWatchingPresence = () => {
        observer.disconnect();
        return Object.fromEntries(lost);
      };
      return watched;
    },
    // Who has been asked for which relay credentials, now.
    usernames: () =>
      connections
        .filter((one) => one.connectionState !== 'closed')
        .flatMap((one) => one.getConfiguration().iceServers.map(({ username }) => username ?? '')),
    // Looks for new packets every 100 ms until stopWatching() is called, which answers the longest time in ms between two moments
    // at which some were seen: no silence was longer. longestGap() also says when it ended (ms since 1970), steadyFor() for how
    // many ms now none has been longer than 300 ms.
    watchGaps: () => {
      const seen = new Map();
      let changedAt = performance.now();
      let steadySince = changedAt;
      let longest = { ms: 0, endedAt: Date.now() };
      const timer = setInterval(async () => {
        let news = false;
        for (const { id, packets } of await inbound()) {
          news ||= packets > (seen.get(id) ?? 0);
          seen.set(id, packets);
        }
        const at = performance.now();
        const ms = at - changedAt;
        if (ms > longest.ms) longest = { ms, endedAt: Date.now() };
        if (ms > 300) steadySince = at;
        if (news) changedAt = at;
      }, 100);
      window.__observed.longestGap = () => longest;
      window.__observed.steadyFor = () => performance.now() - steadySince;
      window.__observed.stopWatching = () => {
        clearInterval(timer);
        return longest.ms;
      };
    },
    // The fewest people seen in a voice channel from now on.
    watchFewest: (channel) => {
      const count = () => document.querySelectorAll(`[aria-label="In ${channel}"] > li`).length;
      let fewest = count();
      new MutationObserver(() => (fewest = Math.min(fewest, count()))).observe(document.body, {
        childList: true,
        subtree: true,
      });
      window.__observed.fewest = () => fewest;
    },
  };
})();
