import { ref } from 'vue'
import type { Answered } from '../model/requests.ts'
import { useRefusalWords } from './use-refusal-words.ts'

/** One thing that is asked of the panel at a time, and what came of it, in words. */
export function useDeed() {
  const words = useRefusalWords()
  const busy = ref(false)
  const problem = ref<string | null>(null)
  const done = ref(false)

  /** `named`: what a code means just here, where it means something else than elsewhere. */
  async function run<T>(
    ask: () => Promise<Answered<T>>,
    named: Readonly<Record<string, string>> = {},
  ): Promise<Answered<T>> {
    busy.value = true
    problem.value = null
    done.value = false
    const answered = await ask()
    busy.value = false
    done.value = answered.ok
    if (!answered.ok) {
      const { refusal } = answered
      problem.value = words({ ...refusal, code: named[refusal.code] ?? refusal.code })
    }
    return answered
  }

  return { busy, problem, done, run }
}
