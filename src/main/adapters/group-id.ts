import { readFileSync } from 'node:fs'
import { ListenError } from './listener.ts'

/** The id of a group by name or number; throws a {@link ListenError}. Node has no getgrnam. */
export function groupId(group: string, file = '/etc/group'): number {
  if (/^\d+$/.test(group)) return Number(group)
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const [name, , id] = line.split(':')
    if (name === group && id !== undefined) return Number(id)
  }
  throw new ListenError(`There is no group "${group}" on this system. Choose another with --socket-group.`)
}
