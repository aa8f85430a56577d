// The pages of the program and its libraries that only the start reads.
#pragma once

namespace firesteel::server {

// Gives the pages that nobody writes (code, symbol and relocation tables) back to the page cache, some 45 MB of resident
// memory: most of them served the dynamic linker and the libraries' initialisation and are never read again. A page that
// is needed all the same is mapped again at its next use. Does nothing under a debugger. Call it when everything is linked.
void release_loader_pages();

}  // namespace firesteel::server
