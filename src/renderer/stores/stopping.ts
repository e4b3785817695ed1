import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import { type Progress, progressOf } from '../model/progress.ts'
import { isFinal, type StopResult, stopResult } from '../model/stop-result.ts'
import { stopSubject, useActions } from './actions.ts'
import { useClock } from './clock.ts'
import { useSession } from './session.ts'

export interface StopOfMachine {
  readonly machine: string
  readonly result: StopResult
  readonly progress: Progress | null
}

/**
 * The latest Stop of this viewer: which machines it was for and what came of it, until the person has seen that. It is
 * about what is, also while the past is shown.
 */
export const useStopping = defineStore('stopping', () => {
  const actions = useActions()
  const session = useSession()
  const clock = useClock()
  const machines = ref<readonly string[]>([])
  /** What is settled stays, also when the panel has long forgotten the command. By machine, which may have any name. */
  const settled = shallowRef<ReadonlyMap<string, StopOfMachine>>(new Map())

  const results = computed<readonly StopOfMachine[]>(() =>
    machines.value.map((machine) => {
      const known = settled.value.get(machine)
      if (known) return known
      const wish = actions.wishes[stopSubject(machine)]
      const progress = progressOf(wish, (id) => session.source.commands.get(id), clock.now)
      return { machine, result: stopResult(progress), progress }
    }),
  )

  watch(results, (now) => {
    const news = now.filter(({ machine, result }) => isFinal(result) && !settled.value.has(machine))
    if (news.length === 0) return
    settled.value = new Map([...settled.value, ...news.map((each) => [each.machine, each] as const)])
  })

  async function stop(names: readonly string[]): Promise<void> {
    // The wishes first: what came of an earlier Stop must not count for this one.
    const asked = names.map((name) => actions.stop(name))
    settled.value = new Map()
    machines.value = [...names]
    await Promise.all(asked)
  }

  function dismiss(): void {
    machines.value = []
  }

  return { results, stop, dismiss }
})
