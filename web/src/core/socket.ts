/** The one thing the gateway needs of a WebSocket, and the browser's own behind it. */

export interface Socket {
  send(text: string): void;
  close(): void;
}

export interface SocketHandlers {
  onText(text: string): void;
  /** The connection is gone, or never came about. */
  onClose(code: number): void;
}

export type OpenSocket = (handlers: SocketHandlers) => Socket;

/** Opens the gateway of the instance the page came from. */
export function openBrowserSocket(handlers: SocketHandlers): Socket {
  const address = new URL('/gateway', location.href);
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  const socket = new WebSocket(address);
  socket.onmessage = (event) => handlers.onText(String(event.data));
  socket.onclose = (event) => handlers.onClose(event.code);
  return {
    send: (text) => socket.send(text),
    close: () => socket.close(),
  };
}
