// The naive relay on socket.io: the same, with its `emit`.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { Server } from 'socket.io'
import { answer } from './answers.mjs'
import { datagramSocket, loadBinding } from './binding.mjs'

const path = process.argv[2] ?? ''
const binding = loadBinding()
const server = createServer()
const io = new Server(server, { transports: ['websocket'], serveClient: false })
const fd = datagramSocket(binding, (bytes) => {
  io.emit('event', JSON.parse(bytes.toString()))
})
if (binding.bind(fd, path) < 0) throw new Error(`cannot bind ${path}`)
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const address = server.address()

answer({ port: () => (typeof address === 'object' ? address?.port : undefined) })
