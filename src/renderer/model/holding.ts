import type { Control } from '../../shared/command.ts'

/** Who has control of a machine, as one viewer sees it. Times: the panel's clock, epoch milliseconds. */
export interface Holding {
  readonly by: 'nobody' | 'me' | 'other'
  /** Name of the holder; empty where nobody holds it. */
  readonly holder: string
  readonly since: number | null
  /** Somebody else gets it at `at`. `keepable`: the holder may say no. */
  readonly takeOver: {
    readonly by: 'me' | 'other'
    readonly holder: string
    readonly at: number
    readonly keepable: boolean
  } | null
  /** The holder's link is lost; control ends then. */
  readonly graceUntil: number | null
}

export function holdingOf(control: Control | undefined, session: string | null): Holding {
  if (!control) return { by: 'nobody', holder: '', since: null, takeOver: null, graceUntil: null }
  const { takeOver } = control
  return {
    by: control.session === session ? 'me' : 'other',
    holder: control.holder,
    since: control.since,
    takeOver: takeOver && {
      by: takeOver.session === session ? 'me' : 'other',
      holder: takeOver.holder,
      at: takeOver.at,
      keepable: takeOver.local !== true,
    },
    graceUntil: control.graceUntil,
  }
}

/** Whole seconds until a moment, rounded up so that it ends with 1; never negative. */
export function secondsUntil(at: number, now: number): number {
  return Math.max(0, Math.ceil((at - now) / 1000))
}
