// A WebSocket client that does as little as possible, so that the servers are measured and not their viewers: it finds
// the frames in the byte stream and hands on their first bytes, or the whole of them where somebody wants it.
import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'

/** How much of a frame is handed on where nobody wants the whole. */
const HEAD = 160
const TEXT = 0x1
const CLOSE = 0x8

/**
 * A text frame as a client must send it, masked (with zeros, which is a mask like any other).
 * @param {string} text at most 65,535 bytes
 */
function textFrame(text) {
  const bytes = Buffer.from(text)
  const short = bytes.length < 126
  const header = short
    ? Buffer.from([0x80 | TEXT, 0x80 | bytes.length])
    : Buffer.from([0x80 | TEXT, 0x80 | 126, bytes.length >> 8, bytes.length & 0xff])
  return Buffer.concat([header, Buffer.alloc(4), bytes])
}

export class FrameReader {
  #socket
  #isOpen = false
  #isClosed = false
  /** Bytes that are not understood yet: a part of a response or of a frame's header. @type {Buffer} */
  #rest = Buffer.alloc(0)
  /** Payload that is still to come of the present frame. */
  #left = 0
  /** @type {Buffer[]} */
  #parts = []
  #kept = 0
  #opcode = 0
  #whole

  /**
   * @typedef {object} FrameReaderOptions
   * @property {number} port
   * @property {string} path
   * @property {boolean} whole hand on whole frames
   * @property {() => void} opened
   * @property {(bytes: Buffer) => void} frame
   * @property {() => void} closed
   */
  /** @param {FrameReaderOptions} options */
  constructor({ port, path, whole, opened, frame, closed }) {
    this.#whole = whole
    this.opened = opened
    this.frame = frame
    this.closed = () => {
      if (!this.#isClosed) closed()
      this.#isClosed = true
    }
    this.#socket = connect(port, '127.0.0.1')
    this.#socket.setNoDelay(true)
    this.#socket.on('connect', () =>
      this.#socket.write(
        `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
          `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n\r\n`,
      ),
    )
    this.#socket.on('data', (chunk) => this.#read(chunk))
    this.#socket.on('error', () => undefined)
    this.#socket.on('close', () => this.closed())
  }

  /** @param {string} text */
  send(text) {
    this.#socket.write(textFrame(text))
  }

  /** Reads no more: the other side's buffers fill up. */
  stall() {
    this.#socket.pause()
  }

  close() {
    this.#isClosed = true
    this.#socket.destroy()
  }

  /** @param {Buffer} chunk */
  #read(chunk) {
    let bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk
    this.#rest = Buffer.alloc(0)
    let at = 0
    if (!this.#isOpen) {
      const end = bytes.indexOf('\r\n\r\n')
      if (end < 0) {
        this.#rest = bytes
        return
      }
      if (!bytes.subarray(0, 12).equals(Buffer.from('HTTP/1.1 101'))) {
        this.#socket.destroy()
        return
      }
      this.#isOpen = true
      at = end + 4
      this.opened()
    }
    while (at < bytes.length && !this.#isClosed) {
      if (this.#left > 0) {
        const take = Math.min(this.#left, bytes.length - at)
        this.#keep(bytes.subarray(at, at + take))
        at += take
        this.#left -= take
        if (this.#left === 0) this.#finish()
        continue
      }
      const length = (bytes[at + 1] ?? 0) & 0x7f
      const header = length < 126 ? 2 : length === 126 ? 4 : 10
      if (at + header > bytes.length) {
        this.#rest = bytes.subarray(at)
        return
      }
      this.#opcode = (bytes[at] ?? 0) & 0xf
      const size =
        length < 126 ? length : length === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2))
      at += header
      if (at + size <= bytes.length) {
        this.#deliver(bytes.subarray(at, at + size))
        at += size
      } else {
        this.#left = size
      }
    }
  }

  /** @param {Buffer} bytes */
  #keep(bytes) {
    if (!this.#whole && this.#kept >= HEAD) return
    this.#parts.push(bytes)
    this.#kept += bytes.length
  }

  #finish() {
    const frame = this.#parts.length === 1 ? this.#parts[0] : Buffer.concat(this.#parts)
    this.#parts = []
    this.#kept = 0
    if (frame) this.#deliver(frame)
  }

  /** @param {Buffer} frame */
  #deliver(frame) {
    if (this.#opcode === TEXT) this.frame(frame)
    else if (this.#opcode === CLOSE) this.#socket.destroy()
  }
}
