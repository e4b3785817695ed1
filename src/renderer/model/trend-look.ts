/** Hues of lines, as tokens `--trend-1` …; and patterns. Neighbours differ in both, and no two tags have both alike. */
const HUES = 6
const DASHES: readonly (readonly number[])[] = [[], [9, 4], [2, 3], [12, 4, 2, 4]]

export interface TrendLook {
  /** From 1; on the line and beside the name. */
  readonly number: number
  readonly token: string
  /** Lengths of dash and space, CSS pixels; none for a solid line. */
  readonly dash: readonly number[]
}

/** How the line of the tag at this place looks. */
export function lookOf(index: number): TrendLook {
  return {
    number: index + 1,
    token: `--trend-${(index % HUES) + 1}`,
    dash: DASHES[index % DASHES.length] ?? [],
  }
}
