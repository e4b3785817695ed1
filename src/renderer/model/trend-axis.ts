/** Times of an axis as one locale writes them: as short as the distance of the ticks allows, with the day where it is new. */
export class TimeTicks {
  readonly #second: Intl.DateTimeFormat
  readonly #minute: Intl.DateTimeFormat
  readonly #milli: Intl.DateTimeFormat
  readonly #day: Intl.DateTimeFormat

  constructor(locale: string, timeZone?: string) {
    const zone = timeZone === undefined ? {} : { timeZone }
    const clock = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', ...zone } as const
    this.#minute = new Intl.DateTimeFormat(locale, clock)
    this.#second = new Intl.DateTimeFormat(locale, { ...clock, second: '2-digit' })
    this.#milli = new Intl.DateTimeFormat(locale, { ...clock, second: '2-digit', fractionalSecondDigits: 3 })
    this.#day = new Intl.DateTimeFormat(locale, { month: 'short', day: 'numeric', ...zone })
  }

  /** Two lines where a day begins. `step`: milliseconds between the ticks. */
  texts(ticks: readonly number[], step: number): string[] {
    let before = ''
    return ticks.map((tick) => {
      const day = this.#day.format(tick)
      const time = this.#clockOf(step).format(tick)
      const isNew = day !== before
      before = day
      if (step >= 86_400_000) return day
      return isNew ? `${time}\n${day}` : time
    })
  }

  #clockOf(step: number): Intl.DateTimeFormat {
    if (step < 1_000) return this.#milli
    return step < 60_000 ? this.#second : this.#minute
  }
}
