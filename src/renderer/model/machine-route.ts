import type { RouteLocationRaw } from 'vue-router'

/*
 * A machine's name is any text, even half of a surrogate pair, which `encodeURIComponent` throws at. Such a unit is
 * written `~d800`, and `~` itself `~~`; the router encodes the rest.
 */
const UNSAFE = /~|\p{Surrogate}/gu
const ESCAPED = /~(~|[0-9a-f]{4})/g

export function machineParam(name: string): string {
  return name.replace(UNSAFE, (unit) => (unit === '~' ? '~~' : `~${unit.charCodeAt(0).toString(16)}`))
}

/** The counterpart of {@link machineParam}. */
export function machineOfParam(param: string): string {
  return param.replace(ESCAPED, (_, unit: string) =>
    unit === '~' ? '~' : String.fromCharCode(Number.parseInt(unit, 16)),
  )
}

export function machineRoute(name: string): RouteLocationRaw {
  return { name: 'machine', params: { name: machineParam(name) } }
}

/** The same as an address, for a plain link: a thousand router links would all render again on every navigation. */
export function machineHref(name: string): string {
  return `#/machine/${encodeURIComponent(machineParam(name))}`
}
