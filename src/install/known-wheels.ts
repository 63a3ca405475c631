/**
 * SHA-256 of the wheels on PyPI that setup fetches, by system and "name-version" as in a wheel's file name. `pip install
 * --dry-run --report` lists them. They change with PINNED_VERSION (version.ts) and the versions in cuda-headers.ts and
 * toolchain.ts. Other versions, such as torch 2.15.0+cpu from PyTorch's index, are not listed.
 */
export const KNOWN_WHEELS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "linux-x64": {
    "cmake-4.4.5": "85625a9b6d5e88ff99c7eb79123d85570844e77ac076366cf75c609cc0b1b579",
    "cuda_toolkit-13.2.2": "d12edc1aad1356236a2ee10c0d794b1aff5d3e79bfeca54867c3bb8e5afd87b0",
    "ninja-1.13.2": "65a24341b5ac09fcadcc37082660be40a94174e51a937fabf6e2cae26225fa2c",
    "nvidia_cublas-13.4.1.3": "a5917cb642cfb07f4a0231ee16aec7e2e0357d8cb8b1b78a0c9c68dba3e6afc7",
    "nvidia_cuda_cccl-13.3.5.0.6": "d5230098fa2df5021e1a00c0c4eee41797671a91119d31e892463e5ccf3ee326",
    "nvidia_cuda_crt-13.2.86": "e3ab08801bf9b1e6dc979275d25e816bb5000521b648e19c324d5eef0c79f1da",
    "nvidia_cuda_cupti-13.2.86": "8fa29f15dd8336181f961764d9d95236fc6b931dd0c8fcf8cd70aab0c310b586",
    "nvidia_cuda_nvrtc-13.2.86": "8111c5130e967b78222ea2124145f8efe9ce201b752b2579a2513100a53be1c5",
    "nvidia_cuda_runtime-13.2.86": "3498247680dfddce31bad102af7e3e26fc795342a3cac64722bb0fa95e7f60f0",
    "nvidia_cudnn_cu13-9.26.0.51": "9c976d539786698c71d6bcdbe2053b7485fae062ff7e1215d2f2ff67b1a2149a",
    "nvidia_cufft-12.2.0.57": "34da27fadf3979b0b042c43823f0530be8408b86df31ee0108e1ca0b621d4ef6",
    "nvidia_cufile-1.17.1.22": "87feaf8c3ad20d3d03a01933181801ff6892bace5c8f0b1e4b48f319d3e62d36",
    "nvidia_cusolver-12.2.0.11": "fab5778f6769947389a1a6abc07e635576825a08c0ffc68c3ae7f1392c794b42",
    "nvidia_cusparse-12.7.10.12": "25907c75e4db1581685f06f61cc6cdecc04611765516a52373e0a18ebd69fa00",
    "nvidia_cusparselt_cu13-0.8.1": "786ce87568c303fadb5afcc7102d454cd3040d75f6f8626f5db460d1871f4dd0",
    "nvidia_nccl_cu13-2.30.7": "cefa7fdb9710efd0f39c5f1be1d61ff6fc9a996c451265bd7fbdcf9455ed4b50",
    "nvidia_nvjitlink-13.5.37": "280d7cb9649704145f074b8dbde500de04ce02d0872e066e20a83c17bcaa93eb",
    "nvidia_nvshmem_cu13-3.7.2": "b9a4f843c62b5dded8ad33fd6d220e007dcd39f06cee549292f5ba14ce4c235c",
    "nvidia_nvtx-13.2.86": "968ce72baee2a01791c7d3254000eac81f24677b0b91c62d21b449a1f309c245",
    "torch-2.15.0": "6d8c86f4e33a9f12a58149bd9b0d64351632b8eb44479be8ff85e5389932dd79",
  },
  "linux-arm64": {
    "cmake-4.4.5": "25fc8469e67857124ef10c002331c0ab416eb7b8d9e1d6e4c58e84e730013ece",
    "cuda_toolkit-13.2.2": "d12edc1aad1356236a2ee10c0d794b1aff5d3e79bfeca54867c3bb8e5afd87b0",
    "ninja-1.13.2": "d775a5e43e9088f507a6250d57fcf5678eb31268c545feb5064ffeee33735622",
    "nvidia_cublas-13.4.1.3": "4eb1472bf92b741e7cf24da7978dde251b58ddec2092d9f6a04f3623eb4e9a15",
    "nvidia_cuda_cccl-13.3.5.0.6": "6f30b8076b3e69951c459c94ae190bde51924b320076ebaec376d36848b4c76e",
    "nvidia_cuda_crt-13.2.86": "3294669c379ef3382804bc077fec22a48753a743c75c83c1ee3c224bb049423f",
    "nvidia_cuda_cupti-13.2.86": "d9a5c133f73fcb9013f3ada0da6fb54d4117618d81f3f5a0419417ea6ee829d4",
    "nvidia_cuda_nvrtc-13.2.86": "1e5d7b411a2eb83f5c71c98d58133a763fc9fa86a4241ee320c5c4782d9ad1fd",
    "nvidia_cuda_runtime-13.2.86": "37844957894bfdecf90243568d21a2cb251b66106915b71459a23c8e6ef2da69",
    "nvidia_cudnn_cu13-9.26.0.51": "8e5b4f5eccff721416f70ecf4353172fc4d5cdd8ca869fe6f983a4a5b0147b20",
    "nvidia_cufft-12.2.0.57": "1ed438568ae1088ba2c25789d10205d4104b8b140b7bd942e39a787947a0fb74",
    "nvidia_cufile-1.17.1.22": "bec33d7f1f12691dce330275246587569c2ed90b1ce43b0f94b3e1ce9268744b",
    "nvidia_cusolver-12.2.0.11": "8be097fca28de6be0990ab216ee9b804dd51077e1d1d83acf6c9850650bdc64d",
    "nvidia_cusparse-12.7.10.12": "597eff2cd83e3ab1d1e3a0dce9c9c879d77cf64ec2659bfdb5af6a5d02e7aaa9",
    "nvidia_cusparselt_cu13-0.8.1": "4dca476c50bf4780d46cd0bfbd82e2bc10a08e4fef7950917ce8d7578d22a23f",
    "nvidia_nccl_cu13-2.30.7": "ca786ffa5a647c75d4d1f5cc72a6c4f537947e2ba8823d7c8aaf768e7a7b9f77",
    "nvidia_nvjitlink-13.5.37": "893f6f9a55b2720ed94913b5ba3332e972da8c78dfa2863d0244403dbd528ffc",
    "nvidia_nvshmem_cu13-3.7.2": "0e748308b9e0a8a8d81859353f3e6c98fbe85a85f652a915a2ba60149a0bd124",
    "nvidia_nvtx-13.2.86": "1c6ae1be92fba569dd271f7b9b3056f99f5642726dc6c53d1b93ae4110c398fb",
    "torch-2.15.0": "9e51cf9460c5441dcd2a4f31ece207e35ea7c3d2535be0f929cca4944e2eeb18",
  },
  "darwin-arm64": {
    "cmake-4.4.5": "e07a5716b4233dc9c69d6ca6993f4405eefc7687e718d9f6eebbb6cc1be304ef",
    "ninja-1.13.2": "fd82e26c0706ad4ab88e5fdd26f3fab0a987a90f810160f6c322e752c6af298b",
    "torch-2.15.0": "593e5fd0c204284890d1c3dff643be34e549e1d24523e13402510f960d4da438",
  },
  "win32-x64": {
    "torch-2.15.0": "f2bd0a3709a7493a6ef2ac5a654111242a854439f7558f910b6b653b56f7504d",
  },
};
