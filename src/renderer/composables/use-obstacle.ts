import { computed, type ComputedRef, type MaybeRefOrGetter, toValue } from 'vue'
import { type Act, type LinkState, type Obstacle, obstacleOf } from '../model/obstacle.ts'
import { useClock } from '../stores/clock.ts'
import { useIdentity } from '../stores/identity.ts'
import { useReplay } from '../stores/replay.ts'
import { useSession } from '../stores/session.ts'
import { useSource } from '../stores/source.ts'

/** Whether what is shown is what is, so that a person may act upon it. */
export function useLinkState(): ComputedRef<LinkState> {
  const session = useSession()
  const replay = useReplay()
  const clock = useClock()
  return computed(() => {
    if (replay.active || clock.replayed !== null) return 'replay'
    if (!session.live) return 'offline'
    return clock.stale ? 'stale' : 'live'
  })
}

/** What stands in the way of commands, for whoever asks for several. */
export function useObstacles(): (act: Act) => Obstacle | null {
  const link = useLinkState()
  const session = useSession()
  const source = useSource()
  const identity = useIdentity()
  return (act) =>
    obstacleOf(act, {
      link: link.value,
      allowed: identity.may('command'),
      plant: session.plant,
      session: session.id,
      control: (machine) => source.control.get(machine),
      state: source,
    })
}

/** What stands in the way of a command just now; null where nothing does. */
export function useObstacle(act: MaybeRefOrGetter<Act>): ComputedRef<Obstacle | null> {
  const find = useObstacles()
  return computed(() => find(toValue(act)))
}
