// A call with nothing around it: one microphone, a connection to each of the others, an audio element for each. Who connects to whom is said
// from outside; descriptions are passed on with all their candidates in them.
(() => {
  const MOST_BITS_A_SECOND = 40_000;
  const connections = new Map();
  let microphone;

  function connect(peer) {
    const connection = new RTCPeerConnection();
    connections.set(peer, connection);
    const stream = new MediaStream([microphone]);
    connection.addTransceiver(microphone, { streams: [stream], sendEncodings: [{ maxBitrate: MOST_BITS_A_SECOND }] });
    prepare(connection);
    return connection;
  }

  function prepare(connection) {
    connection.ontrack = ({ track }) => {
      const element = document.createElement('audio');
      element.autoplay = true;
      element.srcObject = new MediaStream([track]);
      document.body.append(element);
    };
  }

  async function complete(connection) {
    while (connection.iceGatheringState !== 'complete') {
      await new Promise((resume) => connection.addEventListener('icegatheringstatechange', resume, { once: true }));
    }
    return connection.localDescription.toJSON();
  }

  async function limit(connection) {
    const [sender] = connection.getSenders();
    const parameters = sender.getParameters();
    for (const encoding of parameters.encodings) encoding.maxBitrate = MOST_BITS_A_SECOND;
    await sender.setParameters(parameters);
  }

  const levelOf = (connection) => connection.getReceivers()[0].getSynchronizationSources()[0]?.audioLevel;

  window.__bare = {
    async open(constraints) {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: constraints });
      [microphone] = stream.getAudioTracks();
      microphone.enabled = false;
    },

    async offer(peer) {
      const connection = connect(peer);
      await connection.setLocalDescription();
      return complete(connection);
    },

    async answer(peer, offer) {
      const connection = new RTCPeerConnection();
      connections.set(peer, connection);
      prepare(connection);
      await connection.setRemoteDescription(offer);
      connection.addTrack(microphone, new MediaStream([microphone]));
      await connection.setLocalDescription();
      await limit(connection);
      return complete(connection);
    },

    async accept(peer, answer) {
      await connections.get(peer).setRemoteDescription(answer);
    },

    hearsAll: (peers) => connections.size === peers && [...connections.values()].every((one) => levelOf(one) !== undefined),

    hearsSound: () => [...connections.values()].some((one) => levelOf(one) > 0),

    talk() {
      microphone.enabled = true;
    },
  };
})();
