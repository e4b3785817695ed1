import { computed } from 'vue'
import { deviceKey } from '../../shared/device.ts'
import type { TagDescription } from '../../shared/plant.ts'
import { parseTrendReference, trendReference } from '../../shared/trend-tag.ts'
import type { Choice } from '../model/choices.ts'
import { deviceLabel, machineLabel } from '../model/read-outs.ts'
import { useSession } from '../stores/session.ts'
import { useSource } from '../stores/source.ts'
import { useTrends } from '../stores/trends.ts'

/** What people read for a tag of a trend. */
export interface TrendName {
  readonly machine: string
  readonly device: string
  readonly tag: string
}

/** The tags that a trend can show, and what is known of them. */
export function useTrendTags() {
  const session = useSession()
  const source = useSource()
  const trends = useTrends()

  function descriptionOf(reference: string): TagDescription | null {
    const name = parseTrendReference(reference)
    if (!name) return null
    const type = source.devices.get(deviceKey(name.machine, name.device))?.type ?? null
    return session.plant.tag(name.machine, name.device, name.tag, type)
  }

  function nameOf(reference: string): TrendName {
    const name = parseTrendReference(reference)
    if (!name) return { machine: '', device: '', tag: reference }
    return {
      machine: machineLabel(session.plant, name.machine),
      device: deviceLabel(session.plant, name.machine, name.device),
      tag: descriptionOf(reference)?.label ?? name.tag,
    }
  }

  /** Recorded or live, numbers and switches, those that are not shown yet; by machine. */
  const choices = computed<readonly Choice[]>(() => {
    const references = new Set(trends.recorded.map(({ tag }) => tag))
    for (const key of source.devices.keys.value) {
      const device = source.devices.get(key)
      for (const { name, value } of device?.tags ?? []) {
        if (typeof value !== 'number' && typeof value !== 'boolean') continue
        if (device) references.add(trendReference({ machine: device.machine, device: device.id, tag: name }))
      }
    }
    for (const tag of trends.view.tags) references.delete(tag)
    return [...references]
      .map((value) => {
        const { machine, device, tag } = nameOf(value)
        return { value, label: `${device} · ${tag}`, group: machine }
      })
      .toSorted((a, b) => a.group.localeCompare(b.group) || a.label.localeCompare(b.label))
  })

  return { descriptionOf, nameOf, choices }
}
