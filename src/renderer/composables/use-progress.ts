import { computed, type ComputedRef, type MaybeRefOrGetter, toValue } from 'vue'
import { type Progress, progressOf } from '../model/progress.ts'
import { useActions } from '../stores/actions.ts'
import { useClock } from '../stores/clock.ts'
import { useReplay } from '../stores/replay.ts'
import { useSource } from '../stores/source.ts'

/** How far this viewer's latest wish for something has come. A replay shows nothing of it: that is now, and not then. */
export function useProgress(subject: MaybeRefOrGetter<string>): ComputedRef<Progress | null> {
  const find = useProgresses()
  return computed(() => find(toValue(subject)))
}

/** The same for whoever asks about several. */
export function useProgresses(): (subject: string) => Progress | null {
  const actions = useActions()
  const source = useSource()
  const replay = useReplay()
  const clock = useClock()
  return (subject) =>
    replay.active ? null : progressOf(actions.wishes[subject], (id) => source.commands.get(id), clock.asOf)
}
