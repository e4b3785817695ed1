import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { useI18n } from 'vue-i18n'
import type { LinkStatus } from '../../client/status.ts'
import { CLOSE_CODES } from '../../shared/close-codes.ts'
import { useClock } from '../stores/clock.ts'
import { useFormat } from './use-format.ts'

interface Link {
  readonly status: LinkStatus
  /** There is something on the screen that can be old. */
  readonly loaded: boolean
}

/** The state of the link in words: a headline that changes with the state, and details that change with the time. */
export function useLinkWords(link: MaybeRefOrGetter<Link>) {
  const { t } = useI18n()
  const clock = useClock()
  const format = useFormat()
  const status = computed(() => toValue(link).status)
  const lost = computed(() => status.value.kind !== 'live' && status.value.kind !== 'connecting')

  const headline = computed(() => {
    switch (status.value.kind) {
      case 'connecting':
        return t('link.connecting')
      case 'live':
        return t('link.live')
      case 'reconnecting':
        return t('link.lost')
      case 'offline':
        return t('link.offline')
      case 'refused':
        return t('link.refused')
      case 'closed':
        return t('link.closed')
      default:
        return status.value satisfies never
    }
  })

  function advice(code: number, reason: string): string {
    switch (code) {
      case CLOSE_CODES.protocol_unsupported.code:
        return t('link.refusedReason.protocol')
      case CLOSE_CODES.origin_refused.code:
        return t('link.refusedReason.origin')
      case CLOSE_CODES.bad_message.code:
      case CLOSE_CODES.message_too_big.code:
        return t('link.refusedReason.message')
      default:
        return t('link.refusedReason.other', { reason })
    }
  }

  const details = computed(() => {
    const now = status.value
    const words: string[] = []
    if (now.kind === 'refused') words.push(advice(now.close.code, now.close.reason))
    if (lost.value) {
      words.push(toValue(link).loaded ? t('link.age', { age: format.value.duration(clock.age) }) : t('link.nothingYet'))
    }
    if (now.kind === 'live' && now.roundTripMs !== null) {
      words.push(`${format.value.number(Math.round(now.roundTripMs))}\u202f${t('unit.millisecond')}`)
    } else if (now.kind === 'reconnecting') {
      words.push(
        now.retryAt === null
          ? t('link.trying')
          : t('link.nextAttempt', {
              time: format.value.duration(Math.ceil((now.retryAt - clock.local) / 1000) * 1000),
            }),
      )
    } else if (now.kind === 'offline') words.push(t('link.waitingForNetwork'))
    return words
  })

  return { headline, details, lost }
}
