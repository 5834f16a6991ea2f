// Node with `ws`, as its documentation has a server that broadcasts: what is posted to it goes to every client as one text frame.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';

const { WebSocket, WebSocketServer } = createRequire(new URL('../web/package.json', import.meta.url))('ws');
const BACKLOG = 4096;

const server = createServer((request, response) => {
  const pieces = [];
  request.on('data', (piece) => pieces.push(piece));
  request.on('end', () => {
    broadcast(Buffer.concat(pieces));
    response.writeHead(202, { 'Content-Length': 2 }).end('{}');
  });
});
const sockets = new WebSocketServer({ server, path: '/gateway', perMessageDeflate: false });

function broadcast(text) {
  for (const client of sockets.clients) {
    if (client.readyState === WebSocket.OPEN) client.send(text, { binary: false });
  }
}

server.listen(0, '127.0.0.1', BACKLOG, () => console.log(server.address().port));
