import type { ListenerHealth } from '../../shared/health.ts'

const DATAGRAM =
  '{"machine_name":"press_001","type":"state_change","payload":{"from_state":"idle","to_state":"pressing"}}'

/** A shell command that sends one datagram to the listener. An address is host:port or a path, and is quoted. */
export function exampleCommand(listener: Pick<ListenerHealth, 'kind' | 'address'>): string {
  const quoted = listener.address.replaceAll("'", String.raw`'\''`)
  const target = listener.kind === 'unix' ? `UNIX-SENDTO:'${quoted}'` : `UDP-SENDTO:'${quoted}'`
  return `echo '${DATAGRAM}' | socat - ${target}`
}
