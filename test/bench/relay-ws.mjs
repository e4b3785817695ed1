// The naive relay: every datagram is sent to every client as soon as it comes.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { WebSocketServer } from 'ws'
import { answer } from './answers.mjs'
import { datagramSocket, loadBinding } from './binding.mjs'

const path = process.argv[2] ?? ''
const binding = loadBinding()
const server = createServer()
const sockets = new WebSocketServer({ server })
const fd = datagramSocket(binding, (bytes) => {
  // Not as a string: ws would encode it anew for every client.
  for (const client of sockets.clients) client.send(bytes, { binary: false })
})
if (binding.bind(fd, path) < 0) throw new Error(`cannot bind ${path}`)
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const address = server.address()

answer({ port: () => (typeof address === 'object' ? address?.port : undefined) })
