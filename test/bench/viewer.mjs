import { readStamps } from './datagrams.mjs'
import { FrameReader } from './frame-reader.mjs'

/** @typedef {'andon' | 'ws' | 'socketio'} Protocol */
/** @typedef {{ epoch: string, offset: number }} Position */

/**
 * @typedef {object} ViewerOptions
 * @property {Protocol} protocol
 * @property {number} port
 * @property {(count: number) => void} events
 * @property {(us: number) => void} [stamp] is told when each event was sent; needs whole frames
 * @property {boolean} [whole] read whole frames
 * @property {Position} [resume]
 */

const PATHS = { andon: '/ws', ws: '/', socketio: '/socket.io/?EIO=4&transport=websocket' }
const POSITION = /^\{"type":"(\w+)",(?:"position":\{"epoch":"([\w-]+)","offset":(\d+)\})?/
const OPEN_BRACE = 0x7b

/** One viewer of a server. Says how many events every frame brought. */
export class Viewer {
  /** @type {Position} */
  position = { epoch: '', offset: 0 }
  /** Snapshots that replaced what could not be continued: events that this viewer did not get. */
  resets = 0
  isClosed = false
  #reader
  /** @type {() => void} */
  #live = () => undefined
  /** Settled when the viewer is shown live events. */
  live
  #isLive = false

  /** @param {ViewerOptions} options */
  constructor({ protocol, port, events, stamp, whole = stamp !== undefined, resume }) {
    this.live = new Promise((resolve) => {
      this.#live = () => {
        this.#isLive = true
        resolve(undefined)
      }
    })
    const count = (/** @type {Buffer} */ bytes, /** @type {number} */ known) => {
      if (stamp && readStamps(bytes, stamp) !== known) throw new Error('a frame does not hold what it says')
      events(known)
    }
    const frame = {
      andon: (/** @type {Buffer} */ bytes) => this.#andon(bytes, count),
      ws: (/** @type {Buffer} */ bytes) => count(bytes, 1),
      socketio: (/** @type {Buffer} */ bytes) => this.#socketIo(bytes, count),
    }[protocol]
    this.#reader = new FrameReader({
      port,
      path: PATHS[protocol],
      whole,
      opened: () => {
        if (protocol === 'ws') this.#live()
        if (protocol === 'andon') {
          if (resume) this.position = resume
          this.#reader.send(JSON.stringify({ type: 'hello', protocol: 1, client: { name: 'bench' }, resume }))
        }
      },
      frame,
      closed: () => (this.isClosed = true),
    })
  }

  stall() {
    this.#reader.stall()
  }

  close() {
    this.#reader.close()
  }

  /** @param {Buffer} bytes @param {(bytes: Buffer, count: number) => void} count */
  #andon(bytes, count) {
    const [, type, epoch = '', digits = '0'] = POSITION.exec(bytes.toString('latin1', 0, 120)) ?? []
    const offset = Number(digits)
    if (type === 'events') {
      const before = this.position.offset
      this.position = { epoch, offset }
      count(bytes, offset - before)
    } else if (type === 'snapshot') {
      if (this.#isLive) this.resets += 1
      this.position = { epoch, offset }
      this.#live()
    } else if (type === 'welcome') {
      if (bytes.includes('"resumed":true')) this.#live()
    } else if (type === 'ping') {
      this.#reader.send('{"type":"pong"}')
    }
  }

  /** Engine.IO 4 over WebSocket, as little of it as is needed. @param {Buffer} bytes @param {(bytes: Buffer, count: number) => void} count */
  #socketIo(bytes, count) {
    const head = bytes.toString('latin1', 0, 2)
    if (head === '42') count(bytes, 1)
    else if (head === '40') this.#live()
    else if (head.startsWith('0') && bytes[1] === OPEN_BRACE) this.#reader.send('40')
    else if (head === '2') this.#reader.send('3')
  }
}
