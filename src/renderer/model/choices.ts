export interface Choice {
  readonly value: string
  readonly label: string
  /** Heading under which it stands; empty for none. */
  readonly group: string
}

export interface ChoiceGroup {
  readonly label: string
  readonly choices: readonly Choice[]
}

/** Nobody reads further than this; who looks for more types more. */
const LIMIT = 100

/** The choices whose label holds the text, in their order, by group. */
export function narrowChoices(choices: readonly Choice[], text: string): ChoiceGroup[] {
  const wanted = text.trim().toLowerCase()
  const groups = new Map<string, Choice[]>()
  let count = 0
  for (const choice of choices) {
    if (count >= LIMIT) break
    if (!choice.label.toLowerCase().includes(wanted)) continue
    count += 1
    const group = groups.get(choice.group)
    if (group) group.push(choice)
    else groups.set(choice.group, [choice])
  }
  return [...groups].map(([label, members]) => ({ label, choices: members }))
}
