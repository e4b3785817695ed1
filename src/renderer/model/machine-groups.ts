import { templateOf } from '../../shared/machine.ts'

export interface MachineGroup {
  /** Null: machines that are no instance of anything. */
  readonly template: string | null
  readonly names: readonly string[]
}

/**
 * Instances (`press_001`) by their template, where there are several of it, then the single machines. Sorted by name alone, with numbers as numbers:
 * a card must never move because something happened.
 */
export function groupMachines(names: Iterable<string>, locale: string): MachineGroup[] {
  const collator = new Intl.Collator(locale, { numeric: true })
  const byTemplate = new Map<string, string[]>()
  const single: string[] = []
  for (const name of names) {
    const template = templateOf(name)
    if (template === null) {
      single.push(name)
      continue
    }
    const group = byTemplate.get(template)
    if (group) group.push(name)
    else byTemplate.set(template, [name])
  }
  for (const [template, members] of byTemplate) {
    if (members.length > 1) continue
    single.push(...members)
    byTemplate.delete(template)
  }
  // Names that only differ in what the collator ignores still need one order.
  const order = (a: string, b: string): number => collator.compare(a, b) || (a < b ? -1 : 1)
  const groups: MachineGroup[] = [...byTemplate]
    .toSorted(([a], [b]) => order(a, b))
    .map(([template, members]) => ({ template, names: members.toSorted(order) }))
  if (single.length > 0) groups.push({ template: null, names: single.toSorted(order) })
  return groups
}

export interface NameFilter {
  /** Part of the name or of the label. */
  readonly text: string
  readonly labelOf: (name: string) => string
  /** Where given, only these. */
  readonly only: ReadonlySet<string> | null
}

export function filterNames(names: readonly string[], filter: NameFilter): readonly string[] {
  const text = filter.text.trim().toLowerCase()
  const { only, labelOf } = filter
  const matches = (name: string): boolean => `${name}\n${labelOf(name)}`.toLowerCase().includes(text)
  if (text === '' && only === null) return names
  return names.filter((name) => (only === null || only.has(name)) && matches(name))
}
