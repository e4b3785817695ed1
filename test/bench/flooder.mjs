// A process that does to a server what one hostile client can.
import { request, Agent } from 'node:http'
import { connect } from 'node:net'
import { WebSocket } from 'ws'
import { answer } from './answers.mjs'

/** So many connections of a flood at a time. */
const SESSIONS = 4
const REQUESTS = 32
const SILENT = 1_000

/** Bytes that may wait at this side, so that the flood does not choke itself. */
const WAITING = 1024 * 1024

let isOn = false
const sent = { messages: 0, requests: 0, connections: 0 }

/** Says hello and then talks without end; comes back whenever it is closed. @param {number} port */
function talk(port) {
  if (!isOn) return
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`)
  const say = () => {
    if (!isOn || socket.readyState !== socket.OPEN) return
    for (let i = 0; i < 500 && socket.bufferedAmount < WAITING; i += 1) {
      socket.send(`{"type":"subscribe","id":${i},"channel":"machine:m${i % 50}"}`)
      sent.messages += 1
    }
    setImmediate(say)
  }
  socket.on('open', () => {
    socket.send('{"type":"hello","protocol":1,"client":{"name":"flood"}}')
    say()
  })
  socket.on('error', () => socket.terminate())
  socket.on('close', () => setImmediate(() => talk(port)))
}

const agent = new Agent({ keepAlive: true, maxSockets: REQUESTS })

/** Asks for what costs most. @param {number} port */
function ask(port) {
  if (!isOn) return
  const again = () => setImmediate(() => ask(port))
  sent.requests += 1
  const asked = request(
    { port, host: '127.0.0.1', path: '/api/v1/events?text=nothing%20has%20this&limit=1000', agent },
    (response) => {
      response.resume()
      response.on('end', again)
    },
  )
  asked.on('error', again)
  asked.end()
}

/** Opens connections and says nothing; opens another for each that is cut. @param {number} port */
function open(port) {
  if (!isOn) return
  sent.connections += 1
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => socket.destroy())
  socket.on('close', () => setImmediate(() => open(port)))
  stops.push(() => socket.destroy())
  if (stops.length > 100_000) stops.splice(0, 50_000)
}

/** @type {(() => void)[]} */
let stops = []

answer({
  /** @param {{ kind: 'messages' | 'requests' | 'connections', port: number }} order */
  flood({ kind, port }) {
    isOn = true
    sent[kind] = 0
    const [run, count] = {
      messages: /** @type {const} */ ([talk, SESSIONS]),
      requests: /** @type {const} */ ([ask, REQUESTS]),
      connections: /** @type {const} */ ([open, SILENT]),
    }[kind]
    for (let i = 0; i < count; i += 1) run(port)
  },
  end() {
    isOn = false
    for (const stop of stops) stop()
    stops = []
    return sent
  },
})
