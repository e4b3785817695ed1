import type { Standing } from '../../core/standing.ts'

/**
 * Who ends the panel. `person`: somebody at the window, by its menu, the tray, a key or its last window. `order`: a
 * signal, the system that shuts down, the launcher, a defect; those are not to be held up.
 */
export type QuitCause = 'person' | 'order'

/** What an end would break off. */
export interface UnderWay {
  readonly commands: number
  /** Machines that somebody at the window has control of. */
  readonly controlled: readonly string[]
}

/**
 * What a person is asked about before the panel ends; null where it ends at once. A kiosk never asks: no dialog covers
 * it, and whoever could end it has shown that they may.
 */
export function quitQuestion(
  cause: QuitCause,
  { commands, controlled }: Pick<Standing, 'commands' | 'controlled'>,
  kiosk: boolean,
): UnderWay | null {
  if (cause === 'order' || kiosk) return null
  return commands > 0 || controlled.length > 0 ? { commands, controlled } : null
}

/** What the end of the last window means: the panel runs on where a tray can open it again, else it ends. */
export function afterLastWindow(tray: boolean): 'run_on' | 'end' {
  return tray ? 'run_on' : 'end'
}
