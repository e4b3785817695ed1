import type { Static, TArray } from 'typebox'
import { onMounted, ref, shallowRef, watch } from 'vue'
import { requests } from '../stores/requests.ts'
import { useRefusalWords } from './use-refusal-words.ts'

/**
 * A list that the panel keeps about people, as it was when it was last asked. Null: not yet. Asked again whenever what
 * `again` returns has changed.
 */
export function useListing<T extends TArray>(schema: T, path: string, again?: () => unknown) {
  const words = useRefusalWords()
  const items = shallowRef<Static<T> | null>(null)
  const problem = ref<string | null>(null)

  let asked = 0

  async function load(): Promise<void> {
    asked += 1
    const mine = asked
    const answered = await requests.ask(schema, path)
    // One that was asked for later is newer, whichever comes first.
    if (mine !== asked) return
    if (answered.ok) items.value = answered.value
    problem.value = answered.ok ? null : words(answered.refusal)
  }

  onMounted(load)
  if (again) watch(again, load)
  return { items, problem, load }
}
