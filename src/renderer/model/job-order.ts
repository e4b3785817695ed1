import type { Job } from '../../shared/machine.ts'

/** Running jobs first, each part newest first. The panel's own list is oldest first. */
export function orderJobs<One extends Pick<Job, 'outcome'>>(jobs: readonly One[]): One[] {
  const newest = jobs.toReversed()
  return [
    ...newest.filter(({ outcome }) => outcome === 'running'),
    ...newest.filter(({ outcome }) => outcome !== 'running'),
  ]
}
