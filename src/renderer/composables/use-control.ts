import { computed, type MaybeRefOrGetter, ref, toValue, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import { type Holding, holdingOf } from '../model/holding.ts'
import { useIdentity } from '../stores/identity.ts'
import { useActions } from '../stores/actions.ts'
import { useSession } from '../stores/session.ts'
import { useSource } from '../stores/source.ts'
import { useErrorWords } from './use-progress-words.ts'

/** Who has control of a machine, and asking for it, giving it back or keeping it. */
export function useControl(machine: MaybeRefOrGetter<string>) {
  const { t } = useI18n()
  const source = useSource()
  const session = useSession()
  const actions = useActions()
  const identity = useIdentity()
  const errorWords = useErrorWords()
  const holding = computed<Holding>(() => holdingOf(source.control.get(toValue(machine)), session.id))
  /** The panel's answer is being waited for. */
  const asking = ref(false)
  /** Why the panel said no, for people. */
  const problem = ref<string | null>(null)
  const able = computed(() => session.mayAct && identity.may('control') && !asking.value)

  // What was said of another situation is no longer true.
  watch(
    () => [toValue(machine), holding.value.by, holding.value.takeOver?.by],
    () => {
      problem.value = null
    },
    { deep: true },
  )

  async function ask(action: 'request' | 'release' | 'keep'): Promise<void> {
    asking.value = true
    problem.value = null
    try {
      const outcome = await actions.control(toValue(machine), action)
      if (outcome.kind === 'refused') problem.value = errorWords(outcome.error)
      else if (outcome.kind === 'lost' || outcome.kind === 'disabled') problem.value = t('progress.lost')
    } finally {
      asking.value = false
    }
  }

  return { holding, able, problem, ask }
}
