import { deviceKey, type Device } from '../../shared/device.ts'
import type { GroupMember, TagDescription } from '../../shared/plant.ts'
import type { PlantLookup } from '../../shared/plant-lookup.ts'

/** A tag that every member of a group has and that can be written the same way. */
export interface GroupTag {
  readonly name: string
  readonly label: string
  /** What fits every member: the narrowest range, the finest steps, and a second look where one of them wants it. */
  readonly description: TagDescription
}

/** The tags that one command can write in every member of a group. */
export function groupTags(
  plant: PlantLookup,
  members: readonly GroupMember[],
  device: (key: string) => Device | undefined,
): GroupTag[] {
  const [first, ...others] = members.map(({ machine, device: id }) =>
    plant.tags(machine, id, device(deviceKey(machine, id))?.type),
  )
  if (!first) return []
  return [...first].flatMap(([name, description]) => {
    const all = [description]
    for (const tags of others) {
      const same = tags.get(name)
      if (same?.type !== description.type || same.unit !== description.unit) return []
      all.push(same)
    }
    if (!all.every(({ writable }) => writable === true)) return []
    const common = narrowest(description, all)
    if (common.min !== undefined && common.max !== undefined && common.min > common.max) return []
    return [{ name, label: description.label ?? name, description: common }]
  })
}

function narrowest(description: TagDescription, all: readonly TagDescription[]): TagDescription {
  const { min: _min, max: _max, limits: _limits, ...rest } = description
  const least = all.flatMap(({ min }) => min ?? [])
  const most = all.flatMap(({ max }) => max ?? [])
  return {
    ...rest,
    ...(least.length > 0 ? { min: Math.max(...least) } : {}),
    ...(most.length > 0 ? { max: Math.min(...most) } : {}),
    confirm: all.some(({ confirm }) => confirm === true),
  }
}
