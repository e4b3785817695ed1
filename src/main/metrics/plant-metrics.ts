import type { Registry } from 'prom-client'
import { ALARM_STATES, PRIORITIES } from '../../shared/alarm.ts'
import { COMMAND_STATUSES } from '../../shared/command.ts'
import { FAMILIES } from '../../shared/family.ts'
import type { Figures } from '../metrics.ts'
import { counter, gauge } from './metric.ts'

/** What is heard of the plant: events, commands, alarms. */
export function plantMetrics(registry: Registry, { folded, tally }: Figures): void {
  counter(registry, {
    name: 'andon_events_total',
    help: 'Events since the start, by family.',
    labels: ['family'],
    read: () => FAMILIES.map((family) => ({ labels: { family }, value: tally.families[family] })),
  })
  counter(registry, {
    name: 'andon_commands_total',
    help: 'How often a command has come to a status since the start.',
    labels: ['status'],
    read: () => COMMAND_STATUSES.map((status) => ({ labels: { status }, value: tally.commands[status] })),
  })
  gauge(registry, {
    name: 'andon_alarms',
    help: 'Alarms that are not normal, by priority and state.',
    labels: ['priority', 'state'],
    read: () => {
      const counts = new Map<string, number>()
      for (const { priority, state } of folded().alarms.values()) {
        const key = `${priority} ${state}`
        counts.set(key, (counts.get(key) ?? 0) + 1)
      }
      return PRIORITIES.flatMap((priority) =>
        ALARM_STATES.filter((state) => state !== 'normal').map((state) => ({
          labels: { priority, state },
          value: counts.get(`${priority} ${state}`) ?? 0,
        })),
      )
    },
  })
  gauge(registry, { name: 'andon_machines', help: 'Machines in the state.', read: () => folded().machines.size })
}
