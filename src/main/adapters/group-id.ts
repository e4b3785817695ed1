import { readFileSync } from 'node:fs'

/** The id of a group by name or number; throws a sentence for people. Node has no getgrnam. */
export function groupId(group: string, file = '/etc/group'): number {
  if (/^\d+$/.test(group)) return Number(group)
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const [name, , id] = line.split(':')
    if (name === group && id !== undefined) return Number(id)
  }
  throw new Error(`There is no group "${group}" on this system.`)
}
