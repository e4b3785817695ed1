import { useI18n } from 'vue-i18n'
import { i18n } from '../i18n/index.ts'
import type { Messages } from '../i18n/en.ts'

type Deed = keyof Messages['people']['deed']
type Came = keyof Messages['people']['came']

/** What was done and what came of it, in words; what this page does not know is shown as it was written down. */
export function useAuditWords() {
  const { t } = useI18n()
  const { deed, came } = i18n.global.messages.value.en.people
  const isDeed = (action: string): action is Deed => Object.hasOwn(deed, action)
  const isCame = (result: string): result is Came => Object.hasOwn(came, result)
  return {
    deed: (action: string): string => (isDeed(action) ? t(`people.deed.${action}`) : action),
    result: (result: string): string => (isCame(result) ? t(`people.came.${result}`) : result),
  }
}
