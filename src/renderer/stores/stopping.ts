import { defineStore } from 'pinia'
import { computed, ref, watch } from 'vue'
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
  /** What is settled stays, also when the panel has long forgotten the command. */
  const settled = ref<Readonly<Record<string, StopOfMachine>>>({})

  const results = computed<readonly StopOfMachine[]>(() =>
    machines.value.map((machine) => {
      const known = Object.hasOwn(settled.value, machine) ? settled.value[machine] : undefined
      if (known) return known
      const wish = actions.wishes[stopSubject(machine)]
      const progress = progressOf(wish, (id) => session.source.commands.get(id), clock.now)
      return { machine, result: stopResult(progress), progress }
    }),
  )

  watch(results, (now) => {
    const news = now.filter(({ machine, result }) => isFinal(result) && !Object.hasOwn(settled.value, machine))
    if (news.length === 0) return
    settled.value = { ...settled.value, ...Object.fromEntries(news.map((each) => [each.machine, each])) }
  })

  async function stop(names: readonly string[]): Promise<void> {
    // The wishes first: what came of an earlier Stop must not count for this one.
    const asked = names.map((name) => actions.stop(name))
    settled.value = {}
    machines.value = [...names]
    await Promise.all(asked)
  }

  function dismiss(): void {
    machines.value = []
  }

  return { results, stop, dismiss }
})
