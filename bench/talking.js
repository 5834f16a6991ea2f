// Runs in the page before its own scripts: when the talk key went down, when the microphone was let through, when its sound began, and when
// sound came in. All times are milliseconds since 1970, so that those of two pages can be compared.
(() => {
  const TIMEOUT_MS = 20_000;
  const POLL_MS = 2;
  const HUSH_MS = 150;
  /** Of full scale: less is silence. */
  const LOUD = 0.01;
  const QUIET_MS = 300;
  const connections = [];
  let pressedAt = 0;
  let enabled = () => undefined;
  let began = () => undefined;

  const at = (now) => performance.timeOrigin + now;
  const pause = () => new Promise((resume) => setTimeout(resume, POLL_MS));

  function inTime(promise, what) {
    const tooLong = new Promise((_, reject) =>
      setTimeout(() => reject(new Error(`no ${what} within ${TIMEOUT_MS} ms`)), TIMEOUT_MS),
    );
    return Promise.race([promise, tooLong]);
  }

  window.RTCPeerConnection = class extends window.RTCPeerConnection {
    constructor(...settings) {
      super(...settings);
      connections.push(this);
    }
  };

  // What the newest packet that was played carries.
  function level() {
    const sources = connections.flatMap((one) => one.getReceivers()).flatMap((receiver) => receiver.getSynchronizationSources());
    return Math.max(0, ...sources.map((source) => source.audioLevel ?? 0));
  }

  async function hushed() {
    let since = performance.now();
    while (performance.now() - since < HUSH_MS) {
      if (level() > LOUD) since = performance.now();
      await pause();
    }
  }

  async function heard() {
    while (level() <= LOUD) await pause();
    return at(performance.now());
  }

  // Of the sound as the browser hands it over, whether it is sent or not: each piece is looked at as it comes, the first loud sample counts.
  async function watch(track) {
    const pieces = new MediaStreamTrackProcessor({ track }).readable.getReader();
    let quietSince = performance.now();
    for (;;) {
      const { value: piece, done } = await pieces.read();
      if (done) return;
      const now = performance.now();
      const samples = new Float32Array(piece.numberOfFrames);
      piece.copyTo(samples, { planeIndex: 0, format: 'f32-planar' });
      const first = samples.findIndex((sample) => Math.abs(sample) > LOUD);
      if (first >= 0) {
        if (now - quietSince > QUIET_MS) began(at(now - ((samples.length - first) * 1_000) / piece.sampleRate));
        quietSince = now;
      }
      piece.close();
    }
  }

  const ask = MediaDevices.prototype.getUserMedia;
  MediaDevices.prototype.getUserMedia = async function (constraints) {
    const stream = await ask.call(this, constraints);
    void watch(stream.getAudioTracks()[0].clone());
    return stream;
  };

  window.addEventListener('keydown', (event) => (pressedAt = at(event.timeStamp)), { capture: true });

  const { get, set } = Object.getOwnPropertyDescriptor(MediaStreamTrack.prototype, 'enabled');
  Object.defineProperty(MediaStreamTrack.prototype, 'enabled', {
    get,
    set(value) {
      set.call(this, value);
      if (value) enabled(at(performance.now()));
    },
  });

  window.__talking = {
    /** Resolves when nothing has come in for a while. */
    hushed: () => inTime(hushed(), 'silence'),
    /** Listens from now on; `heardAt` resolves when sound comes in. */
    listen() {
      this.heardAt = inTime(heard(), 'sound');
    },
    /** From now on; `beganAt` resolves when the microphone's sound begins after silence. */
    awaitOnset() {
      this.beganAt = inTime(new Promise((resolve) => (began = resolve)), 'sound of the microphone');
    },
    /** From now on; `pressed` resolves when the key has let the microphone through. */
    watchKey() {
      const done = new Promise((resolve) => (enabled = (enabledAt) => resolve({ pressedAt, enabledAt })));
      this.pressed = inTime(done, 'microphone let through');
    },
  };
})();
