import { hostname, networkInterfaces } from 'node:os'

const EVERYWHERE = new Set(['0.0.0.0', '::'])

/**
 * What a certificate for this computer must name: the names that it goes by, and the addresses that it is reached at
 * where `host` is listened on. An address of one link alone cannot be told from that of another, and is left out.
 */
export function ownNamesAndAddresses(host: string, allowed: readonly string[]): string[] {
  const own = hostname().toLowerCase()
  const addresses = EVERYWHERE.has(host)
    ? Object.values(networkInterfaces()).flatMap((each) => (each ?? []).map(({ address }) => address))
    : [host]
  const further = allowed.map((each) => (each.includes('://') ? new URL(each).hostname : each))
  const all = [own, own.split('.', 1)[0] ?? own, 'localhost', '127.0.0.1', '::1', ...addresses, ...further]
  return [...new Set(all.map((each) => each.replace(/^\[(.*)\]$/, '$1')))].filter((each) => !/^fe80:|^$/.test(each))
}
