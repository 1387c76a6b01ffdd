import * as torch from '@pcrl/torch';
import * as pcrl from 'pcrl';
import { expect, it } from 'vitest';

// A change here is a change of what users may import: say so in the commit.
it('pcrl exports what it says', () => {
  expect(Object.keys(pcrl).sort()).toMatchSnapshot();
});

it('@pcrl/torch exports what it says', () => {
  expect(Object.keys(torch).sort()).toMatchSnapshot();
});
