import { readFileSync } from 'node:fs'

/**
 * For which ABI (`NODE_MODULE_VERSION`) a native addon was compiled, read from its file: it need not be loadable here.
 * An addon declares itself in a `node_module` record, which begins with that number and a word of flags that is 0; the
 * record lies in the file's writable data. Null where there is none, as in an addon for Node-API, which fits any ABI.
 * @param {string} file ELF (64 bit) or Mach-O (64 bit, thin)
 * @returns {number | null}
 */
export function addonAbi(file) {
  const bytes = readFileSync(file)
  const data = bytes.readUInt32LE(0) === MACH_O ? machData(bytes) : elfData(bytes)
  if (data === null) return null
  for (let at = 0; at + RECORD <= data.length; at += 8) {
    const version = data.readUInt32LE(at)
    if (version >= OLDEST && version < NEWEST && data.readUInt32LE(at + 4) === 0 && isRecord(data, at)) return version
  }
  return null
}

/**
 * For which processor a native addon was compiled, as Node names it; null where it is neither of the two that there are
 * packages for. @param {string} file
 */
export function addonArch(file) {
  const bytes = readFileSync(file)
  return ARCHITECTURES.get(bytes.readUInt32LE(0) === MACH_O ? bytes.readUInt32LE(4) : bytes.readUInt16LE(18)) ?? null
}

/** Numbers of processors in Mach-O and ELF files. */
const ARCHITECTURES = new Map([
  [0x0100_0007, 'x64'],
  [0x0100_000c, 'arm64'],
  [0x3e, 'x64'],
  [0xb7, 'arm64'],
])

const MACH_O = 0xfeedfacf
const ELF = 0x464c457f
/** Bytes of a `node_module` record. */
const RECORD = 64
/** ABIs of Node 12 and of a Node far in the future: any other small number in the data is not one. */
const OLDEST = 72
const NEWEST = 1000

/**
 * Behind the number: an empty handle, the names of file and module, what registers it (in one of two ways), and two
 * fields that are filled in only when the addon is loaded.
 * @param {Buffer} data @param {number} at
 */
function isRecord(data, at) {
  const [handle, file, plain, withContext, name, own, next] = Array.from({ length: 7 }, (_, index) =>
    data.readBigUInt64LE(at + 8 + index * 8),
  )
  const registers = (plain === 0n) !== (withContext === 0n)
  return handle === 0n && file !== 0n && registers && name !== 0n && own === 0n && next === 0n
}

/** Contents of `.data`. @param {Buffer} bytes */
function elfData(bytes) {
  if (bytes.readUInt32LE(0) !== ELF || bytes[4] !== 2) return null
  const table = Number(bytes.readBigUInt64LE(0x28))
  const size = bytes.readUInt16LE(0x3a)
  const count = bytes.readUInt16LE(0x3c)
  /** @param {number} index */
  const section = (index) => {
    const at = table + index * size
    return {
      name: bytes.readUInt32LE(at),
      offset: Number(bytes.readBigUInt64LE(at + 0x18)),
      length: Number(bytes.readBigUInt64LE(at + 0x20)),
    }
  }
  const names = section(bytes.readUInt16LE(0x3e)).offset
  for (let index = 0; index < count; index += 1) {
    const { name, offset, length } = section(index)
    if (bytes.toString('latin1', names + name, names + name + 6) === '.data\0') {
      return bytes.subarray(offset, offset + length)
    }
  }
  return null
}

/** Contents of `__DATA,__data`. @param {Buffer} bytes */
function machData(bytes) {
  const SEGMENT_64 = 0x19
  let at = 32
  for (let left = bytes.readUInt32LE(16); left > 0; left -= 1) {
    if (bytes.readUInt32LE(at) === SEGMENT_64) {
      for (let index = 0; index < bytes.readUInt32LE(at + 64); index += 1) {
        const section = at + 72 + index * 80
        if (bytes.toString('latin1', section, section + 7) !== '__data\0') continue
        const offset = bytes.readUInt32LE(section + 48)
        return bytes.subarray(offset, offset + Number(bytes.readBigUInt64LE(section + 40)))
      }
    }
    at += bytes.readUInt32LE(at + 4)
  }
  return null
}
