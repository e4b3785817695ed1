export interface DurationUnits {
  readonly day: string
  readonly hour: string
  readonly minute: string
  readonly second: string
}

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Narrow, and no line breaks at it. */
const THIN = '\u202f'

/** A moment or a duration that there is none of: a number beyond every calendar. */
const NONE = '–'
/** As far as a `Date` reaches, to both sides. */
const LAST_MS = 8.64e15

/**
 * Times, numbers and durations as one locale writes them. The hour is always of two digits out of 24: on a panel every
 * time has the same width. Made once for each locale, because `Intl` is slow to make and quick to use. Whatever the
 * number, there is a text: one page must not fail for it.
 */
export class Format {
  readonly locale: string
  readonly #units: DurationUnits
  readonly #time: Intl.DateTimeFormat
  readonly #precise: Intl.DateTimeFormat
  readonly #day: Intl.DateTimeFormat
  readonly #dateTime: Intl.DateTimeFormat
  readonly #moment: Intl.DateTimeFormat
  readonly #number: Intl.NumberFormat
  readonly #two: Intl.NumberFormat
  readonly #tenths: Intl.NumberFormat

  constructor(locale: string, units: DurationUnits, timeZone?: string) {
    this.locale = locale
    this.#units = units
    const zone = timeZone === undefined ? {} : { timeZone }
    const clock = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23', ...zone } as const
    this.#time = new Intl.DateTimeFormat(locale, clock)
    this.#precise = new Intl.DateTimeFormat(locale, { ...clock, fractionalSecondDigits: 3 })
    this.#day = new Intl.DateTimeFormat(locale, { month: 'short', day: 'numeric', ...zone })
    this.#dateTime = new Intl.DateTimeFormat(locale, {
      ...clock,
      year: 'numeric',
      month: 'short',
      day: 'numeric',
      fractionalSecondDigits: 3,
    })
    this.#moment = new Intl.DateTimeFormat(locale, { ...clock, year: 'numeric', month: 'short', day: '2-digit' })
    this.#number = new Intl.NumberFormat(locale)
    this.#two = new Intl.NumberFormat(locale, { minimumIntegerDigits: 2 })
    this.#tenths = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 })
  }

  /** `14:03:07` */
  time(ms: number): string {
    return moment(this.#time, ms)
  }

  /** `14:03:07.250` */
  precise(ms: number): string {
    return moment(this.#precise, ms)
  }

  dateTime(ms: number): string {
    return moment(this.#dateTime, ms)
  }

  /** `21 Nov 2026, 14:03:07` */
  moment(ms: number): string {
    return moment(this.#moment, ms)
  }

  /** The time, with the day in front of it where it lies half a day or more from `now`. */
  stamp(ms: number, now: number): string {
    if (!(Math.abs(ms) <= LAST_MS)) return NONE
    return Math.abs(now - ms) < DAY / 2 ? this.time(ms) : `${this.#day.format(ms)}, ${this.time(ms)}`
  }

  number(value: number): string {
    return this.#number.format(value)
  }

  /** `4.2 MB`, powers of ten; the units are the same everywhere. */
  bytes(value: number): string {
    const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const
    let left = value
    let index = 0
    while (left >= 1_000 && index < units.length - 1) {
      left /= 1_000
      index += 1
    }
    return `${index === 0 ? this.#number.format(left) : this.#tenths.format(left)}${THIN}${units[index] ?? ''}`
  }

  /** `5 s`, `2 m 05 s`, `3 h 07 m`, `2 d 04 h`: two units, the second of two digits. A negative one reads as none. */
  duration(ms: number): string {
    if (!(Math.abs(ms) <= LAST_MS)) return NONE
    const { day, hour, minute, second } = this.#units
    const left = Math.max(0, ms)
    if (left < MINUTE) return this.#part(left / SECOND, second)
    if (left < HOUR) return this.#parts(left, MINUTE, minute, SECOND, second)
    if (left < DAY) return this.#parts(left, HOUR, hour, MINUTE, minute)
    return this.#parts(left, DAY, day, HOUR, hour)
  }

  /** As {@link duration}, with tenths below ten seconds; for spans that are over. */
  span(ms: number): string {
    const seconds = Math.max(0, ms) / SECOND
    if (!(seconds < 9.95)) return this.duration(ms)
    return `${this.#tenths.format(seconds)}${THIN}${this.#units.second}`
  }

  #part(value: number, unit: string): string {
    return `${this.#number.format(Math.floor(value))}${THIN}${unit}`
  }

  #parts(ms: number, first: number, firstUnit: string, second: number, secondUnit: string): string {
    const rest = Math.floor((ms % first) / second)
    return `${this.#part(ms / first, firstUnit)}\u00a0${this.#two.format(rest)}${THIN}${secondUnit}`
  }
}

function moment(format: Intl.DateTimeFormat, ms: number): string {
  return Math.abs(ms) <= LAST_MS ? format.format(ms) : NONE
}
