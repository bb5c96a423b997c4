/* SPDX-License-Identifier: Apache-2.0 */
/* files.h - copies of files and folders for the simulator itself, behind the back of its disks. A
 * failure ends the program. */
#ifndef TESTS_SIMULATION_FILES_H
#define TESTS_SIMULATION_FILES_H

/* Copies the file @from over @to. */
void files_copy(const char *from, const char *to);

/* Makes the folder. */
void files_make(const char *folder);

/* Removes @path, with all that is in it. */
void files_remove(const char *path);

#endif
