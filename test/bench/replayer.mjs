// The reference for catching up: the same events out of memory, one message each, as soon as somebody connects.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { WebSocketServer } from 'ws'
import { answer } from './answers.mjs'
import { TEXTS } from './datagrams.mjs'

const server = createServer()
const sockets = new WebSocketServer({ server })
let count = 0
sockets.on('connection', (client) => {
  for (let i = 0; i < count; i += 1) client.send(TEXTS[i % TEXTS.length] ?? '')
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const address = server.address()

answer({
  port: () => (typeof address === 'object' ? address?.port : undefined),
  events: (/** @type {number} */ events) => (count = events),
})
