/** Numbers that are whole after so many digits are kept as whole numbers, as differences. */
const MAX_DIGITS = 6

/** Marks a column whose numbers are kept as they are. */
const PLAIN = 255

/** Writes bytes, and numbers of as few bytes as they need. */
class ByteWriter {
  #bytes = new Uint8Array(1024)
  #length = 0

  byte(value: number): void {
    if (this.#length === this.#bytes.length) this.#grow(1)
    this.#bytes[this.#length++] = value
  }

  /** Any whole number up to 2^53 from nought, small ones short. */
  whole(value: number): void {
    let rest = value >= 0 ? value * 2 : value * -2 - 1
    while (rest >= 128) {
      this.byte((rest % 128) + 128)
      rest = Math.floor(rest / 128)
    }
    this.byte(rest)
  }

  plain(values: Float64Array): void {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
    if (this.#length + bytes.length > this.#bytes.length) this.#grow(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }

  done(): Uint8Array {
    return this.#bytes.slice(0, this.#length)
  }

  #grow(by: number): void {
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#bytes.length + by))
    larger.set(this.#bytes)
    this.#bytes = larger
  }
}

/**
 * Columns of numbers as bytes: differences where that loses nothing (times, readings with a few digits), else as they
 * are, eight bytes each. Byte order is the computer's own; a file does not travel.
 */
export function packColumns(columns: readonly Float64Array[]): Uint8Array {
  const writer = new ByteWriter()
  for (const column of columns) {
    writer.whole(column.length)
    const digits = digitsOf(column)
    if (digits === null) {
      writer.byte(PLAIN)
      writer.plain(column)
      continue
    }
    writer.byte(digits)
    const scale = 10 ** digits
    let before = 0
    for (const value of column) {
      const whole = Math.round(value * scale)
      writer.whole(whole - before)
      before = whole
    }
  }
  return writer.done()
}

/** The counterpart of {@link packColumns}. Throws where the bytes are not from there. */
export function unpackColumns(bytes: Uint8Array): Float64Array[] {
  const columns: Float64Array[] = []
  let at = 0
  const whole = (): number => {
    let byte = bytes[at++] ?? 0
    if (byte < 128) return byte & 1 ? -(byte + 1) / 2 : byte / 2
    let value = byte - 128
    let factor = 128
    do {
      if (at >= bytes.length) throw new RangeError('packed numbers end too early')
      byte = bytes[at++] ?? 0
      value += (byte & 127) * factor
      factor *= 128
    } while (byte >= 128)
    return value % 2 === 1 ? -(value + 1) / 2 : value / 2
  }
  while (at < bytes.length) {
    const length = whole()
    const digits = bytes[at++]
    // A damaged length must not ask for memory that the bytes cannot fill.
    if (length < 0 || length > bytes.length - at) throw new RangeError('packed numbers end too early')
    const column = new Float64Array(length)
    columns.push(column)
    if (digits === PLAIN) {
      if (length * 8 > bytes.length - at) throw new RangeError('packed numbers end too early')
      new Uint8Array(column.buffer).set(bytes.subarray(at, at + length * 8))
      at += length * 8
      continue
    }
    const scale = 10 ** (digits ?? 0)
    let value = 0
    for (let i = 0; i < length; i += 1) {
      value += whole()
      column[i] = value / scale
    }
  }
  return columns
}

/** With how many digits every number of a column is exactly itself again; null where that is none of them. */
function digitsOf(column: Float64Array): number | null {
  let digits = 0
  let scale = 1
  for (const value of column) {
    // Minus nought would come back as nought.
    if (Object.is(value, -0)) return null
    while (!(Math.abs(value * scale) < 2 ** 50 && Math.round(value * scale) / scale === value)) {
      digits += 1
      scale = 10 ** digits
      if (digits > MAX_DIGITS) return null
    }
  }
  // What fitted fewer digits must fit the most that any needed.
  return column.every((value) => fits(value, scale)) ? digits : null
}

function fits(value: number, scale: number): boolean {
  return Math.abs(value * scale) < 2 ** 50 && Math.round(value * scale) / scale === value
}
