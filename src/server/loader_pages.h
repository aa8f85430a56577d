// The pages that the dynamic linker reads to link the libraries and nobody reads again.
#pragma once

namespace firesteel::server {

// Gives the read-only, non-executable pages of the program and its libraries back to the page cache, some 20 MB of
// resident memory: symbol and relocation tables, mostly. A page that is needed all the same is mapped again at its next
// use. Call it when everything is linked.
void release_loader_pages();

}  // namespace firesteel::server
