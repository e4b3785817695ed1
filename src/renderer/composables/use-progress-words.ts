import { useI18n } from 'vue-i18n'
import type { Command, CommandRefusal } from '../../shared/command.ts'
import type { AndonError } from '../../shared/errors.ts'
import type { Progress } from '../model/progress.ts'

export interface ProgressWords {
  readonly headline: string
  /** Why, as whoever decided it said; null where nothing is to be added. */
  readonly detail: string | null
}

/** What the refusal alone does not say: which interlock, how long, what is wrong. */
const SAYS_MORE: ReadonlySet<CommandRefusal> = new Set(['interlocked', 'too_long', 'invalid_definition'])

/** What became of a command or of a wish, in words. */
export function useProgressWords(): (progress: Progress) => ProgressWords {
  const { t } = useI18n()
  const command = useCommandWords()
  const error = useErrorWords()
  return (progress) => {
    switch (progress.kind) {
      case 'command':
        return command(progress.command)
      case 'rejected':
        return { headline: t('progress.refused'), detail: error(progress.error) }
      case 'asking':
      case 'lost':
      case 'disabled':
        return { headline: t(`progress.${progress.kind}`), detail: null }
      default:
        return progress satisfies never
    }
  }
}

/** The same for a command, whoever gave it. */
export function useCommandWords(): (command: Command) => ProgressWords {
  const { t } = useI18n()
  return ({ status, refusal, reason }) => ({
    headline: t(`progress.${status}`),
    detail:
      status === 'refused' && refusal !== null
        ? `${t(`refusedCommand.${refusal}`)}${SAYS_MORE.has(refusal) && reason !== null ? `: ${reason}` : ''}`
        : status === 'failed'
          ? reason
          : null,
  })
}

/** An error of the panel: in the chosen language where it is a common one, else as the panel says it. */
export function useErrorWords(): (error: AndonError) => string {
  const { t } = useI18n()
  return ({ code, message }) => {
    if (code === 'control_busy' || code === 'not_in_control' || code === 'machine_unknown') return t(`error.${code}`)
    return message
  }
}
