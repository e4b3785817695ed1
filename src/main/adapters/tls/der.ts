/**
 * As much of DER (ITU-T X.690) as a certificate needs. Written here, because libraries that make certificates bring
 * twenty packages along for it; tests have OpenSSL check what comes of it.
 */

function tagged(tag: number, content: Uint8Array): Buffer {
  const { length } = content
  const digits = length < 0x80 ? [] : [...Buffer.from(evenHex(length), 'hex')]
  const head = digits.length === 0 ? [tag, length] : [tag, 0x80 | digits.length, ...digits]
  return Buffer.concat([Buffer.from(head), content])
}

function evenHex(value: number | bigint): string {
  const hex = value.toString(16)
  return hex.length % 2 === 0 ? hex : `0${hex}`
}

export const sequence = (...parts: readonly Uint8Array[]): Buffer => tagged(0x30, Buffer.concat(parts))
export const set = (...parts: readonly Uint8Array[]): Buffer => tagged(0x31, Buffer.concat(parts))
export const octets = (content: Uint8Array): Buffer => tagged(0x04, content)
export const utf8 = (text: string): Buffer => tagged(0x0c, Buffer.from(text))
export const boolean = (value: boolean): Buffer => tagged(0x01, Buffer.from([value ? 0xff : 0]))

/** A whole number from 0, its bytes first to last. */
export function integer(bytes: Uint8Array): Buffer {
  let first = 0
  while (first < bytes.length - 1 && bytes[first] === 0) first += 1
  const digits = bytes.subarray(first)
  // The first bit would be the sign.
  return tagged(0x02, (digits[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.from([0]), digits]) : digits)
}

/** Bits, of which the last byte leaves so many unused. */
export const bits = (content: Uint8Array, unused = 0): Buffer =>
  tagged(0x03, Buffer.concat([Buffer.from([unused]), content]))

/** Its own tag in place of the usual one: `constructed` where it holds other parts. */
export const context = (number: number, content: Uint8Array, constructed: boolean): Buffer =>
  tagged(0x80 | (constructed ? 0x20 : 0) | number, content)

/** An object identifier, as `2.5.4.3`. */
export function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number)
  const bytes = [first * 40 + second, ...rest].flatMap((arc) => {
    const groups = [arc & 0x7f]
    for (let left = arc >>> 7; left > 0; left >>>= 7) groups.unshift(0x80 | (left & 0x7f))
    return groups
  })
  return tagged(0x06, Buffer.from(bytes))
}

/** A time in whole seconds: two digits of the year up to 2049, four from then on, as RFC 5280 wants it. */
export function time(milliseconds: number): Buffer {
  const text = `${new Date(milliseconds).toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}Z`
  return text < '2050' ? tagged(0x17, Buffer.from(text.slice(2))) : tagged(0x18, Buffer.from(text))
}
