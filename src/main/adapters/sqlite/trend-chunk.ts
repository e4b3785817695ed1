import { packColumns, unpackColumns } from '../../../core/trend-pack.ts'
import { Samples } from '../../../core/trend-samples.ts'

/** Samples as the bytes of a chunk. */
export function packSamples({ times, values, qualities }: Samples): Uint8Array {
  return packColumns([times, values, ...packRuns(qualities)])
}

/** The counterpart of {@link packSamples}. Throws a RangeError where the bytes are none. */
export function unpackSamples(data: Uint8Array): Samples {
  const [times, values, codes, lengths] = unpackColumns(data)
  if (!times || !values || !codes || !lengths || values.length !== times.length) throw new RangeError('no samples')
  return Samples.from(times, values, unpackRuns(codes, lengths, times.length))
}

/** Samples of several tags, in the order in which they came. */
export interface MixedSamples {
  readonly tags: Float64Array
  readonly samples: Samples
}

export function packMixed({ tags, samples }: MixedSamples): Uint8Array {
  return packColumns([tags, samples.times, samples.values, ...packRuns(samples.qualities)])
}

export function unpackMixed(data: Uint8Array): MixedSamples {
  const [tags, times, values, codes, lengths] = unpackColumns(data)
  if (!tags || !times || !values || !codes || !lengths || values.length !== times.length) {
    throw new RangeError('no samples')
  }
  return { tags, samples: Samples.from(times, values, unpackRuns(codes, lengths, times.length)) }
}

/** Quality hardly ever changes: it is kept as what and how often. */
function packRuns(qualities: Uint8Array): [Float64Array, Float64Array] {
  const codes: number[] = []
  const lengths: number[] = []
  for (const code of qualities) {
    const last = codes.length - 1
    if (codes[last] === code) lengths[last] = (lengths[last] ?? 0) + 1
    else {
      codes.push(code)
      lengths.push(1)
    }
  }
  return [Float64Array.from(codes), Float64Array.from(lengths)]
}

function unpackRuns(codes: Float64Array, lengths: Float64Array, length: number): Uint8Array {
  const qualities = new Uint8Array(length)
  let at = 0
  codes.forEach((code, i) => {
    const end = at + (lengths[i] ?? 0)
    qualities.fill(code, at, end)
    at = end
  })
  if (at !== length) throw new RangeError('no samples')
  return qualities
}
