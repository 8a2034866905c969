//go:build gpu && !cpu

// The table that stands between the program and CUDA's libraries.

enum library { library_driver, library_cublas, library_cudnn, library_nccl };

// Opens a shared library by its path, or by its name on the loader's path. On failure
// it returns NULL, and *why is the loader's sentence, valid until the next call.
void *gorgan_cuda_open(const char *path, const char **why);

// The path of an open library, valid while it is open.
const char *gorgan_cuda_path(void *opened);

// Whether an open library has a function.
int gorgan_cuda_has(void *opened, const char *name);

// Makes all calls to a library go to the opened one.
void gorgan_cuda_use(void *opened, enum library library);

// Makes cuCtxCreate retain the device's primary context on this thread, or no longer.
void gorgan_cuda_primary(int yes);
