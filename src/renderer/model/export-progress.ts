/** Longer than the beginning of any line up to and including its offset. */
const HEAD_BYTES = 40
const NEWLINE = 10
const OFFSET = /^(?:\{"offset":)?(\d{1,16})[,}]/

/** How far an export is, read off the lines as they come: each names its event's offset, in NDJSON and in CSV alike. */
export class ExportProgress {
  bytes = 0
  /** Whole lines so far. */
  lines = 0
  /** Offset of the last line that named one; 0 before. */
  offset = 0
  readonly #first: number
  readonly #last: number
  /** The beginning of the line that the last chunk ended in. */
  #head = ''

  /** First and last offset that will come; 0 where they are not known. */
  constructor(first: number, last: number) {
    this.#first = first
    this.#last = last
  }

  /** 0 to 1; null where nobody knows. */
  get fraction(): number | null {
    if (this.#first === 0 || this.#last === 0) return null
    if (this.#last <= this.#first) return this.lines > 0 ? 1 : 0
    return Math.min(1, Math.max(0, (this.offset - this.#first) / (this.#last - this.#first)))
  }

  take(chunk: Uint8Array): void {
    this.bytes += chunk.length
    let start = 0
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      this.#read(chunk.subarray(start, end))
      this.lines += 1
      this.#head = ''
      start = end + 1
    }
    this.#read(chunk.subarray(start))
  }

  #read(line: Uint8Array): void {
    const room = HEAD_BYTES - this.#head.length
    if (room <= 0 || line.length === 0) return
    // One character for each byte: what is looked for is ASCII.
    this.#head += String.fromCharCode(...line.subarray(0, room))
    const offset = OFFSET.exec(this.#head)?.[1]
    if (offset !== undefined) this.offset = Number(offset)
  }
}

/** The file name that an answer suggests, without anything that would make it a path. */
export function fileNameOf(contentDisposition: string | null, otherwise: string): string {
  const name = /filename="([^"]*)"/.exec(contentDisposition ?? '')?.[1] ?? ''
  const plain = (name.split(/[/\\]/).at(-1) ?? '').replaceAll(/[^\w.-]/g, '_').replace(/^\.+/, '')
  return plain === '' ? otherwise : plain
}
