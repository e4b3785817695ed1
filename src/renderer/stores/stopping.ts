import { defineStore } from 'pinia'
import { ref } from 'vue'
import { useActions } from './actions.ts'

/** The latest Stop of this viewer: which machines it was for, until the person has seen what came of it. */
export const useStopping = defineStore('stopping', () => {
  const actions = useActions()
  const machines = ref<readonly string[]>([])

  async function stop(names: readonly string[]): Promise<void> {
    machines.value = [...names]
    await Promise.all(names.map((name) => actions.stop(name)))
  }

  function dismiss(): void {
    machines.value = []
  }

  return { machines, stop, dismiss }
})
