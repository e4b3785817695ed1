import vue from '@vitejs/plugin-vue'
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Where modules are mocked, which would go on to the next file. */
const MOCKING = 'test/unit/electron/**/*.test.ts'

/** Takes minutes: begun late, it would run on alone at the end. Otherwise larger files go first. */
const LONGEST = 'test/integration/kill.test.ts'

const isLongest = ({ moduleId }: TestSpecification): boolean => moduleId.endsWith(LONGEST)

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- this is no array
    const sorted = await super.sort(files)
    return [...sorted.filter(isLongest), ...sorted.filter((file) => !isLongest(file))]
  }
}

function project(
  name: string,
  timeout: number,
  { include = [`test/${name}/**/*.test.ts`], ...test }: TestProjectInlineConfiguration['test'] = {},
): TestProjectInlineConfiguration {
  return {
    extends: true,
    test: {
      name,
      include,
      testTimeout: timeout,
      hookTimeout: timeout,
      // The files of a worker share what they import, which takes half as long again as the tests if each does it anew.
      isolate: false,
      ...test,
    },
  }
}

export default defineConfig({
  plugins: [vue()],
  test: {
    passWithNoTests: false,
    // What files share is read and never written: each has its panels, folders, sockets and pages to itself.
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    projects: [
      project('unit', 10_000, { exclude: [MOCKING] }),
      project('unit-electron', 10_000, { include: [MOCKING], isolate: true }),
      // These mostly wait: for processes that start, for machines that answer.
      project('integration', 30_000, { maxWorkers: 3, sequence: { groupOrder: 1 } }),
      project('fuzz', 120_000),
      project('e2e', 60_000),
    ],
  },
})
