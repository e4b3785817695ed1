import type { RouteLocationRaw } from 'vue-router'
import { machineParam } from './machine-route.ts'

/** The page of a device. Its id is any text, just as a machine's name. */
export function deviceRoute(machine: string, device: string): RouteLocationRaw {
  return { name: 'device', params: { machine: machineParam(machine), device: machineParam(device) } }
}
