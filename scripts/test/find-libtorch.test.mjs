import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { gypVariables } from '../setup/build-addon.mjs';
import { findLibtorch, trapOf } from '../setup/find-libtorch.mjs';

let root;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'find-libtorch-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const nothing = () => undefined;
const macros = (version) => {
  const [major, minor, patch] = version.split('.');
  return [
    `#define TORCH_VERSION_MAJOR ${major}`,
    `#define TORCH_VERSION_MINOR ${minor}`,
    `#define TORCH_VERSION_PATCH ${patch}`,
  ].join('\n');
};

function write(path, text = '') {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function writeHeaders(include, version = '1.13.0') {
  write(join(include, 'ATen/core/dispatch/Dispatcher.h'));
  write(join(include, 'c10/core/Device.h'));
  write(join(include, 'torch/csrc/api/include/torch/version.h'), macros(version));
}

function writeLibraries(lib, symbols = '_ZNSt7__cxx1112basic_stringE') {
  write(join(lib, 'libtorch.so'));
  write(join(lib, 'libtorch_cpu.so'));
  write(join(lib, 'libc10.so'), symbols);
}

function libtorchFolder(name, version) {
  const folder = join(root, name);
  writeHeaders(join(folder, 'include'), version);
  writeLibraries(join(folder, 'lib'));
  return folder;
}

function systemLibtorch() {
  writeHeaders(join(root, 'usr/include'));
  const lib = join(root, 'usr/lib/x86_64-linux-gnu');
  writeLibraries(lib);
  return lib;
}

describe('findLibtorch', () => {
  it('finds nothing on a bare machine', () => {
    expect(findLibtorch({ env: {}, pythonTorch: nothing, root })).toBeUndefined();
  });

  it('takes LIBTORCH before all others', () => {
    systemLibtorch();
    const wanted = libtorchFolder('mine', '2.13.0');
    const pythonTorch = () => libtorchFolder('python', '2.8.0');
    expect(findLibtorch({ env: { LIBTORCH: wanted }, pythonTorch, root })).toEqual({
      source: 'LIBTORCH',
      include: [join(wanted, 'include'), join(wanted, 'include/torch/csrc/api/include')],
      lib: join(wanted, 'lib'),
      version: '2.13.0',
      cuda: false,
      cxx11Abi: true,
      standard: 'c++17',
    });
  });

  it('refuses a LIBTORCH that lacks a file, and names the file', () => {
    systemLibtorch();
    const broken = libtorchFolder('broken');
    rmSync(join(broken, 'lib/libc10.so'));
    const find = () => findLibtorch({ env: { LIBTORCH: broken }, pythonTorch: nothing, root });
    expect(find).toThrow(/LIBTORCH is .*broken.* no .*libc10\.so/);
  });

  it('takes the PyTorch of python3 before the system’s', () => {
    systemLibtorch();
    const pythonTorch = () => libtorchFolder('site-packages/torch', '2.8.0');
    expect(findLibtorch({ env: {}, pythonTorch, root })).toMatchObject({
      source: 'python3',
      version: '2.8.0',
    });
  });

  it('passes over a PyTorch without header files, and one whose headers are links to nowhere', () => {
    const lib = systemLibtorch();
    const bare = join(root, 'bare');
    writeLibraries(join(bare, 'lib'));
    expect(findLibtorch({ env: {}, pythonTorch: () => bare, root })).toMatchObject({ lib });
    mkdirSync(join(bare, 'include'));
    for (const name of ['ATen', 'c10', 'torch']) {
      symlinkSync(join(root, 'nowhere', name), join(bare, 'include', name));
    }
    expect(findLibtorch({ env: {}, pythonTorch: () => bare, root })).toMatchObject({ lib });
  });

  it('sees that Debian’s python3-torch is the system’s libtorch by another name', () => {
    const lib = systemLibtorch();
    const debian = join(root, 'usr/lib/python3/dist-packages/torch');
    mkdirSync(join(debian, 'lib'), { recursive: true });
    mkdirSync(join(debian, 'include'));
    for (const name of ['ATen', 'c10', 'torch']) {
      symlinkSync(join(root, 'usr/include', name), join(debian, 'include', name));
    }
    for (const name of ['libtorch.so', 'libtorch_cpu.so', 'libc10.so']) {
      symlinkSync(join(lib, name), join(debian, 'lib', name));
    }
    const found = findLibtorch({ env: {}, pythonTorch: () => debian, root });
    expect(found).toMatchObject({ source: 'system', lib });
  });

  it('reads the version from its new place, and C++20, CUDA and the old string from the files', () => {
    const folder = libtorchFolder('new');
    const include = join(folder, 'include');
    write(
      join(include, 'torch/csrc/api/include/torch/version.h'),
      '#include <torch/headeronly/version.h>',
    );
    write(join(include, 'torch/headeronly/version.h'), macros('2.9.0'));
    write(join(include, 'torch/csrc/api/include/torch/all.h'), '#if __cplusplus < 202002L');
    write(join(folder, 'lib/libtorch_cuda.so'));
    write(join(folder, 'lib/libc10.so'), '_ZNSs');
    const found = findLibtorch({ env: { LIBTORCH: folder }, pythonTorch: nothing, root });
    expect(found).toMatchObject({
      version: '2.9.0',
      cuda: true,
      cxx11Abi: false,
      standard: 'c++20',
    });
    expect(trapOf(found)).toMatch(/3D convolutions/);
    expect(trapOf({ ...found, version: '2.9.1' })).toBeUndefined();
    expect(gypVariables(found)).toEqual({
      PCRL_TORCH_INCLUDE: `${include}:${include}/torch/csrc/api/include`,
      PCRL_TORCH_LIB: join(folder, 'lib'),
      PCRL_TORCH_CUDA: '1',
      PCRL_TORCH_CXX11_ABI: '0',
      PCRL_TORCH_STD: 'c++20',
    });
  });
});
