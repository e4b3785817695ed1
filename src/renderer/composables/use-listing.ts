import type { Static, TArray } from 'typebox'
import { onMounted, ref, shallowRef } from 'vue'
import { requests } from '../stores/requests.ts'
import { useRefusalWords } from './use-refusal-words.ts'

/** A list that the panel keeps about people, as it was when it was last asked. Null: not yet. */
export function useListing<T extends TArray>(schema: T, path: string) {
  const words = useRefusalWords()
  const items = shallowRef<Static<T> | null>(null)
  const problem = ref<string | null>(null)

  async function load(): Promise<void> {
    const answered = await requests.ask(schema, path)
    if (answered.ok) items.value = answered.value
    problem.value = answered.ok ? null : words(answered.refusal)
  }

  onMounted(load)
  return { items, problem, load }
}
