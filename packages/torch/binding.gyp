{
  "targets": [
    {
      "target_name": "door",
      "sources": [
        "native/addon.cc",
        "native/autograd.cc",
        "native/handle.cc",
        "native/memory.cc",
        "native/operators.cc",
        "native/values.cc"
      ],
      "include_dirs": [
        "<!(node -p \"require('node-addon-api').include_dir\")",
        "<!@(node -p \"(process.env.PCRL_TORCH_INCLUDE || '/usr/include:/usr/include/torch/csrc/api/include').split(':').join(' ')\")"
      ],
      "defines": [
        "NAPI_VERSION=8",
        "_GLIBCXX_USE_CXX11_ABI=<!(node -p \"process.env.PCRL_TORCH_CXX11_ABI || 1\")"
      ],
      "cflags!": ["-fno-exceptions", "-fno-rtti"],
      "cflags_cc!": ["-fno-exceptions", "-fno-rtti", "-std=gnu++17", "-std=gnu++20"],
      "cflags_cc": [
        "-std=<!(node -p \"process.env.PCRL_TORCH_STD || 'c++17'\")",
        "-fexceptions",
        "-frtti",
        "-fvisibility=hidden",
        "-Wno-deprecated-declarations",
        "-Wno-unused-parameter"
      ],
      "libraries": [
        "-L<!(node -p \"process.env.PCRL_TORCH_LIB || '/usr/lib/x86_64-linux-gnu'\")",
        "-Wl,-rpath,<!(node -p \"process.env.PCRL_TORCH_LIB || '/usr/lib/x86_64-linux-gnu'\")",
        "-Wl,--no-as-needed",
        "<!@(node -p \"process.env.PCRL_TORCH_CUDA === '1' ? '-ltorch -ltorch_cpu -ltorch_cuda -lc10 -lc10_cuda' : '-ltorch -ltorch_cpu -lc10'\")"
      ]
    },
    {
      "target_name": "reading",
      "sources": [
        "native/area_means.cc",
        "native/interpolation.cc",
        "native/png_filters.cc",
        "native/reading.cc"
      ],
      "include_dirs": ["<!(node -p \"require('node-addon-api').include_dir\")"],
      "defines": ["NAPI_VERSION=8"],
      "cflags_cc!": ["-fno-exceptions"],
      "cflags_cc": ["-fexceptions", "-fvisibility=hidden", "-ffp-contract=off"]
    }
  ]
}
